r"""How likely a cycle stands somewhere else: posterior odds of its aliases.

The cycle is moved to each place and fitted anew beside all others.  The evidence of the model is
approximated by

.. math:: \log E = -\tfrac12 (n - p) \log \chi^2 - \tfrac12 k \log n ,

where the scale of the noise has been integrated out, which makes a Student t of the Gaussian
(Bretthorst 1988, Bayesian Spectrum Analysis and Parameter Estimation, eq. 3.17), and the prior
of the k parameters of the cycle carries as much information as one sample (Kass & Wasserman
1995, J. Am. Stat. Assoc. 90, 928), which is BIC; p counts the parameters of all cycles.  Where
errors or groups give each part of the data a scatter of its own, it is the Gaussian likelihood
with the jitter that goes with the place in question.

All frequencies are equally likely beforehand, but for fractions of a cycle's: that it has lines
which nobody has seen yet is less likely, by odds of ten.  One cycle a day has no part of its own
beyond that the window shows it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from epicycle.evidence.alias_places import Case, Place, is_free, moved_to, new_lines
from epicycle.evidence.aliases import (
    MULTIPLES,
    Alias,
    Appearance,
    as_aliases,
    least_log_odds,
    orders_at_multiple,
)
from epicycle.evidence.window import day_length, window_offsets
from epicycle.fit.criteria import log_likelihood, price_of_parameters
from epicycle.fit.joint import Fit, line_powers
from epicycle.fit.level import local_level
from epicycle.fit.linearised import QUICK
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.nearby import Lines, NearbyPower
from epicycle.fit.noise import NoiseModel, is_exact
from epicycle.fit.refine import fit_lines, joint_gain
from epicycle.limits import ALIASES, CYCLES, HARMONICS, SHARP
from epicycle.samples.data import Data
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import SearchPlan


class AliasTest:
    """Judges where else the cycles of a fit may stand.

    Parameters
    ----------
    data : Data
        The regression problem with its present weights.
    noise : NoiseModel
        How the weights follow from errors and jitter.
    window : Candidates
        The spectral window.
    plan : SearchPlan
        The band.
    unit : str
        Unit of time, where known; it tells what one cycle a day is.
    rivals : sequence of float
        Further frequencies to be judged, such as other high maxima of the search.
    """

    def __init__(
        self,
        data: Data,
        noise: NoiseModel,
        window: Candidates,
        plan: SearchPlan,
        *,
        unit: str = "",
        rivals: Sequence[float] = (),
    ) -> None:
        self._data = data
        self._noise = noise
        self._plan = plan
        self._rivals = tuple(rivals)
        self._width = 1.0 / data.baseline
        self._lowest = max(plan.minimum_frequency, self._width)
        self._offsets = window_offsets(data, window, day_length(unit), ALIASES.power_ratio)
        # for the two parameters that each output has in each line
        self._penalty = 0.5 * price_of_parameters(2 * data.y.shape[1], data.n_values)
        self._unseen = math.log(HARMONICS.least_odds)
        self._power: NearbyPower | None = None
        self._cases: list[Case] = []

    @property
    def spacings(self) -> list[tuple[float, str]]:
        """Distances at which the sampling repeats a line, with what each is called."""
        return list(self._offsets)

    def aliases(self, fit: Fit, k: int) -> list[Alias]:
        """Return the places of fundamental `k` that are worth naming, likeliest first.

        Odds are against the noise around the cycle, and there are none where nothing is left but
        rounding.
        """
        if is_exact(self._data, fit.chi2):
            return []
        lines = fit.structure.line_frequency[fit.structure.parent == k]
        level = local_level(self._data, fit.residual, fit.scale, lines)
        loud = float(level.max()) if level.max() > ALIASES.loud else 1.0
        # a fraction of the frequency has been held against the noise around its new lines: to
        # divide the price of their parameters as well would make it cheap
        judged = (
            one if one.kind in ("half", "third") else one._replace(log_odds=one.log_odds / loud)
            for one, _ in self._judged(fit, k)
        )
        return as_aliases(
            one
            for one in judged
            if one.log_odds >= math.log(ALIASES.least_odds)
            or (one.power_ratio >= ALIASES.power_ratio and one.kind not in MULTIPLES)
        )

    def likelier(self, fit: Fit, k: int, barred: Sequence[float]) -> Structure | None:
        """Return the lines with fundamental `k` at its likeliest alias; None where it is best.

        A mirror at a clearly lower frequency is taken where it is nearly as likely, and one at a
        higher frequency only where it is clearly likelier: what the data do not decide is told by
        the longest period first.  Fractions of its frequency are left to
        :func:`epicycle.pursuit.harmonics.descend`, which asks for more evidence.  Nothing is moved
        to within a line width of the frequencies `barred`.
        """
        for one, place in self._judged(fit, k):
            is_barred = any(abs(one.frequency - f) < self._width for f in barred)
            if one.kind in ("half", "third") or is_barred:
                continue
            ratio = one.frequency / float(fit.structure.frequency[k])
            if one.log_odds > (0.0 if one.kind in MULTIPLES else least_log_odds(ratio)):
                return moved_to(fit.structure, k, place)
        return None

    def likelier_fraction(self, fit: Fit, k: int) -> Structure | None:
        """Return the lines with fundamental `k` at a half or third that is clearly likelier.

        None where there is none: where the odds do not reach ten, the shorter period stays.
        """
        return next(
            (
                moved_to(fit.structure, k, place)
                for one, place in self._judged(fit, k)
                if one.kind in ("half", "third") and one.log_odds > -math.log(ALIASES.hardly)
            ),
            None,
        )

    def _judged(self, fit: Fit, k: int) -> list[tuple[Appearance, Place]]:
        """Return all places of fundamental `k` with their odds, likeliest first."""
        power = self._powers(fit)
        case = self._cases[k]
        own, alone, whole = case.own, case.alone, case.whole
        here = power.at(alone, case.order * own.frequency)
        if here <= 0 or own.drifting:
            return []
        others = np.delete(fit.structure.line_frequency, whole)
        base = sum(power.at(whole, o * own.frequency) for o in own.orders)
        seen = []
        for place in case.places:
            if case.is_richer(place):
                seen.append((place, 0.0))
                continue
            # of a single sinusoid, the power there is all that counts for a place
            enough = min(ALIASES.power_ratio * here, base + 2 * ALIASES.worth_a_fit)
            if own.orders == place.orders == (1,) and (
                power.at_most(alone, place.frequency) < enough
            ):
                continue
            gain, at = power.near(alone, place.lead * place.frequency)
            # the maximum nearby may be below the band, even below zero
            seen.append((replace(place, frequency=max(at / place.lead, self._lowest)), gain))
        power.look_ahead([(whole, f) for place, _ in seen for f in case.rest(place)], [])
        judged = []
        for place, gain in seen:
            if case.is_richer(place):
                gain = sum(power.at((), f) for f in new_lines(own, place))
                ratio = power.at(alone, place.frequency) / here
            else:
                ratio = gain / here
                gain += sum(power.at(whole, f) for f in case.rest(place)) - base
                if case.rest(place) and 0.5 * gain > ALIASES.worth_a_fit:
                    gain = joint_gain(self._data, fit, moved_to(fit.structure, k, place), k)
            judged.append((_seen(place, ratio, 0.5 * gain - self._price(own, place)), place))
        judged.sort(key=lambda one: -one[0].log_odds)
        least = math.log(ALIASES.least_odds)
        worth = [n for n, (_, place) in enumerate(judged) if is_free(place, others, self._width)]
        richer = {n for n in worth if len(judged[n][1].orders) > len(own.orders)}
        moves = [
            n for n in worth if n not in richer and judged[n][0].log_odds > ALIASES.worth_a_fit
        ]
        fractions = [n for n in worth if n in richer and judged[n][0].log_odds > least]
        worth = [*moves[: ALIASES.fits], *fractions[: ALIASES.fractions]]
        if worth and not own.fixed:
            reference, _ = self._evidence(fit, fit.structure, k)
            for n in worth:
                judged[n] = self._refitted(fit, k, judged[n][1], reference, alone, here, power)
                if n in richer:
                    judged[n] = self._beside_noise(fit, own, *judged[n], power)
        judged.sort(key=lambda one: -one[0].log_odds)
        return self._distinct(judged)

    def _price(self, own: Fundamental, place: Place) -> float:
        """Return by how much the log odds of a place are lower for lines the cycle lacks."""
        more = len(place.orders) - len(own.orders)
        return more * self._penalty + (self._unseen if more > 0 else 0.0)

    def _case(self, fit: Fit, k: int) -> Case:
        """Return what there is to say about fundamental `k`, before any power is known."""
        own = fit.structure.fundamentals()[k]
        lines = np.flatnonzero(fit.structure.parent == k)
        strongest = int(lines[line_powers(fit)[lines].argmax()])
        order = int(fit.structure.order[strongest])
        return Case(own, order, (strongest,), tuple(lines.tolist()), self._places(own, order))

    def _powers(self, fit: Fit) -> NearbyPower:
        """Return the powers around a fit, those that all its cycles are sure to need found out."""
        if self._power is None or self._power.fit is not fit:
            self._power = NearbyPower(self._data, fit)
            self._cases = [self._case(fit, k) for k in range(len(fit.structure.frequency))]
            self._power.look_ahead(
                [one for case in self._cases for one in case.single()],
                [one for case in self._cases for one in case.nearby()],
            )
        return self._power

    def _distinct(self, judged: list[tuple[Appearance, Place]]) -> list[tuple[Appearance, Place]]:
        """Leave out what a fit has brought to within a line width of a likelier place."""
        distinct: list[tuple[Appearance, Place]] = []
        for one in judged:
            if all(abs(one[0].frequency - d[0].frequency) >= self._width for d in distinct):
                distinct.append(one)
        return distinct

    def _places(self, own: Fundamental, order: int) -> list[Place]:
        """Return where fundamental `own`, strongest at `order`, may stand, each place once."""
        f, width, plan = own.frequency, self._width, self._plan
        found = [
            Place(g, own.orders, order, False, kind, offset)
            for offset, kind in self._offsets
            for distance in sorted({offset, offset / order})
            for g in (f + distance, abs(f - distance))
        ]
        # (sharp features are told from their multiples by evidence that does not price each order)
        multiples = {} if max(own.orders) > SHARP.smooth else MULTIPLES
        for kind, (up, down) in multiples.items():
            g = f * up / down
            if up == 1 and g < CYCLES.minimum * width:
                continue
            for orders in orders_at_multiple(own, up, down):
                shared = order * down % up == 0
                lead = order * down // up if shared else 1
                found.append(Place(g, orders, lead, shared, kind, abs(g - f)))
        found += [Place(g, own.orders, order, False, "rival", abs(g - f)) for g in self._rivals]
        highest = max(plan.maximum_frequency, max(own.orders) * f)
        places: dict[tuple[int, int], Place] = {}
        for place in found:
            inside = self._lowest <= place.frequency <= plan.maximum_frequency
            if (
                inside
                and place.lead * place.frequency <= highest
                and abs(place.frequency - f) >= 2 * width
            ):
                key = round(place.frequency / width), len(place.orders)
                places.setdefault(key, place)
        return list(places.values())

    def _refitted(
        self,
        fit: Fit,
        k: int,
        place: Place,
        reference: float,
        alone: Lines,
        here: float,
        power: NearbyPower,
    ) -> tuple[Appearance, Place]:
        """Return a place judged by a joint fit, given the logarithmic evidence of the cycle."""
        log_evidence, trial = self._evidence(fit, moved_to(fit.structure, k, place), k)
        refined = float(trial.structure.frequency[k])
        near = abs(refined - place.frequency) < 0.5 * self._width
        if not place.shared and near and refined >= self._lowest:
            place = replace(place, frequency=refined)
        lead = 1 if place.shared else place.lead
        ratio = power.at(alone, lead * place.frequency) / here
        return _seen(place, ratio, log_evidence - reference), place

    def _beside_noise(
        self, fit: Fit, own: Fundamental, seen: Appearance, place: Place, power: NearbyPower
    ) -> tuple[Appearance, Place]:
        """Return a fraction whose further lines are judged against the noise around them.

        What remains of other cycles is no evidence for it, nor is a line close by.
        """
        new = np.array(new_lines(own, place))
        level = local_level(self._data, fit.residual, fit.scale, new)
        loud = float(level.max()) if level.max() > ALIASES.loud else 1.0
        penalty = (len(place.orders) - len(own.orders)) * self._penalty
        log_odds = (seen.log_odds + penalty) / loud - penalty - self._unseen
        for f in new.tolist():
            if power.near((), f)[0] > power.at((), f) + HARMONICS.beside * loud:
                log_odds = min(log_odds, ALIASES.worth_a_fit)
        return seen._replace(log_odds=log_odds), place

    def _evidence(self, fit: Fit, structure: Structure, k: int) -> tuple[float, Fit]:
        """Return the logarithmic evidence of a structure and its fit, in which `k` is free."""
        data, absolute = self._data, self._noise.absolute
        free = np.zeros(len(structure.frequency), dtype=bool)
        for place in (fit.structure.frequency[k], structure.frequency[k]):
            free |= np.abs(structure.frequency - place) < 4 * self._width
        trial = fit_lines(data, structure, absolute=absolute, futile=QUICK, free=free)
        for _ in range(2 if absolute else 0):
            jitter = self._noise.fit_jitter(trial.residual, trial.n_parameters)
            data = data.with_weights(self._noise.weights(jitter))
            trial = fit_lines(
                data, trial.structure, absolute=True, futile=QUICK, max_steps=2, free=free
            )
        lines = np.count_nonzero(structure.parent == k)
        likelihood = log_likelihood(data, trial, fit.n_parameters, absolute=absolute)
        return likelihood - lines * self._penalty, trial


def _seen(place: Place, ratio: float, log_odds: float) -> Appearance:
    return Appearance(place.frequency, ratio, place.distance, log_odds, place.kind)
