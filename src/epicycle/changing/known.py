"""Shifts at times that the user knows: their sizes, whatever else the rhythm does."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from scipy.special import logsumexp

from epicycle.changing.batch import Batch, at_times, join
from epicycle.changing.begin import Family, Setting, carried
from epicycle.changing.design import AMPLITUDE, FREQUENCY, JUMP, PHASE, TWO_PI
from epicycle.changing.fit import Solved, fit
from epicycle.changing.ladder import Ladder
from epicycle.limits import CHANGING
from epicycle.samples.arrays import Floats

#: What a known event may have done.
_KINDS = ("phase", "both", "period")

#: Strengths with which a shifted rhythm may wander besides, at this memory in cycles.
_STRENGTHS, _MEMORY = (0.012, 0.035), 4.0


def known(setting: Setting, ladder: Ladder, y: Floats, band: tuple[float, float]) -> list[Family]:
    """Return rhythms with shifts at the known times, of phase, of period and of both.

    Without and with a steady drift, and with a weak wander that is less probable beforehand; the
    kinds of shifts are as probable as each other.
    """
    events = len(setting.known)
    base = ladder.family("constant").batch
    design = setting.design("none", events=events)
    free = setting.free(design)
    terms = [
        replace(setting.terms, drift=drift, shifts=(kind,) * events)
        for drift in (False, True)
        for kind in _KINDS
    ]
    plain = carried(base, design, terms)
    plain.at[:] = setting.known
    plain = at_times(plain, plain.at)
    guess = carried(base, design, terms)
    guess.at[:] = setting.known
    guess = at_times(guess, guess.at)
    null, sizes, amplitude = segments(setting, y, band)
    guess.part("null")[:] = null
    guess.part("amplitude")[:, 0] = np.log(amplitude) / AMPLITUDE
    for k, one in enumerate(terms):
        if one.shifts[0] != "period":
            guess.part("events")[k, ::2] = sizes
    both = join([plain, guess])
    fit(both, free, outer=4)
    count = len(terms)
    table = both.log_evidence.reshape(2, count)
    best = both.take(table.argmax(axis=0) * count + np.arange(count))
    solved = fit(best, free, outer=3)
    # as in the ladder: constant and drifting are each so much likelier than a wander
    wander = 1 / CHANGING.simpler
    alone = 2 / (2 + wander)
    families = [_family(best, solved, alone)]

    path = setting.design("path", events=events)
    begin = best.take([int(best.log_evidence[:3].argmax())])
    moving = carried(begin, path, [replace(begin.terms[0], drift=True)] * len(_STRENGTHS))
    moving.at[:] = setting.known
    moving = at_times(moving, moving.at)
    channel = path.phase_channel(0)
    moving.strength[:, channel], moving.memory[:, channel] = _STRENGTHS, _MEMORY
    solved = fit(moving, setting.free(path), outer=5)
    families.append(_family(moving, solved, 1 - alone))
    return families


def _family(batch: Batch, solved: Solved, prior: float) -> Family:
    """Return models that are as probable as each other beforehand, and together as `prior`."""
    total = float(logsumexp(batch.log_evidence))
    share = np.exp(batch.log_evidence - total)
    log_evidence = total - float(np.log(len(batch))) + float(np.log(prior))
    return Family("shifted", batch, solved, share, log_evidence, known=True)


def segments(
    setting: Setting, y: Floats, band: tuple[float, float]
) -> tuple[Floats, Floats, float]:
    """Return offset and frequency before the shifts, their sizes, and the amplitude.

    The frequency is the one with the most power in the segments between the shifts, whatever the
    phases there.
    """
    record = setting.record
    t, w = record.t, record.w
    low, high = band
    span = 2 * record.half
    frequency = np.linspace(low, high, int(np.clip(6 * (high - low) * span, 60, 4000)))
    edges = np.searchsorted(t, [-np.inf, *setting.known, np.inf])
    sums, weights = [], []
    for a, b in itertools.pairwise(edges.tolist()):
        wave = np.exp(-1j * TWO_PI * np.outer(t[a:b], frequency))
        sums.append((w[a:b] * y[a:b]) @ wave)
        weights.append(max(float(w[a:b].sum()), 1e-9))
    power = sum(np.abs(s) ** 2 / v for s, v in zip(sums, weights, strict=True))
    best = int(np.argmax(power))
    phases = np.array([np.angle(s[best]) / TWO_PI for s in sums])
    jumps = (np.diff(phases) + 0.5) % 1 - 0.5
    null = np.array([phases[0] / PHASE, (float(frequency[best]) - 1.0) / FREQUENCY, 0.0])
    height = 2 * sum(float(np.abs(s[best])) for s in sums) / float(w.sum())
    return null, jumps / JUMP, max(height, 1e-6)
