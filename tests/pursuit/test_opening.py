"""A waveform against sinusoids, in one output and in groups that were measured together."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.evidence.stacked import values_per_epoch
from epicycle.evidence.waveforms import Ranking, Rival
from epicycle.fit.criteria import price_of_line, value_counts
from epicycle.fit.joint import Fit
from epicycle.fit.lines import Structure
from epicycle.fit.refine import fit_lines
from epicycle.limits import SEARCH, WAVEFORMS
from epicycle.pursuit.harmonics import least_reduction
from epicycle.pursuit.opening import (
    Opening,
    open_with_waveform,
    outdone_by_sinusoids,
    searched_part,
    strongest_outputs,
)
from epicycle.pursuit.orders import with_waveform
from epicycle.samples.data import Data
from epicycle.search.dense import DenseSearch
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import grid, plan_search
from generators import regression
from light_curves import survey_nights


def modulated(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return times, values and frequency of a pulsation whose amplitude and phase are modulated."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.choice(400, 50, replace=False)) + 0.03 * rng.normal(size=50)
    f = 1.0 / rng.uniform(0.45, 0.75)
    slow = 2 * np.pi * t / rng.uniform(30, 90)
    turns = f * t + 0.03 * np.sin(slow + 1.0)
    sizes = {1: 1.0, 2: 0.45, 3: 0.3, 4: 0.2}
    y = sum(a * np.cos(2 * np.pi * h * turns + 0.4 * h) for h, a in sizes.items())
    return t, (1 + 0.4 * np.cos(slow)) * y + 0.05 * rng.normal(size=50), f


def outdone(data: Data, f: float, *, in_groups: bool) -> bool:
    plan = plan_search(data, 0.2, 1.2)
    search = DenseSearch(data, plan)
    fit = fit_lines(data, Structure.empty(), absolute=False, max_steps=0)

    def maxima(one: Fit) -> Candidates:
        return search.maxima(one.residual, one.scale)

    trial, _ = with_waveform(data, fit, f, 8)
    return outdone_by_sinusoids(data, fit, trial, plan, maxima, in_groups=in_groups)


def test_copies_of_the_values_do_not_speak_for_sinusoids() -> None:
    # five groups with the same values know what one of them knows
    changed = 0
    for seed in range(12):
        t, y, f = modulated(seed)
        alone = outdone(regression(t, y), f, in_groups=False)
        five = regression(t, np.repeat(y[:, np.newaxis], 5, axis=1))
        assert outdone(five, f, in_groups=True) == alone
        changed += outdone(five, f, in_groups=False) != alone
    assert changed > 0


def test_values_at_a_moment_are_counted() -> None:
    t = np.arange(0.0, 20.0)
    together = regression(t, np.ones((20, 3)) * t[:, np.newaxis])
    assert values_per_epoch(together, 1.0) == 3.0
    # one group of three at each time, the times far apart
    y = np.full((20, 3), np.nan)
    y[np.arange(20), np.arange(20) % 3] = t
    assert values_per_epoch(regression(t, y), 1.0) == 1.0
    # the same, close to each other against the period: two or three of different groups
    assert values_per_epoch(regression(t, y), 0.02) == 20 / 7


@pytest.mark.parametrize("bands", [1, 5])
def test_a_waveform_on_few_nights_is_one_cycle_with_all_its_harmonics(bands: int) -> None:
    # one by one, each harmonic is looked for in what the others leave: some are missed, and their
    # aliases are taken for further cycles
    sizes = np.array([1.0, 0.46, 0.34, 0.22, 0.14])
    order, shift = np.arange(1, 6), np.array([0.0, 2.4, 5.0, 1.4, 4.2])
    further = 0
    for seed in range(6):
        rng = np.random.default_rng([5, seed])
        nights, period = survey_nights(rng), rng.uniform(0.45, 0.75)
        wave = (sizes * np.cos(2 * np.pi * np.outer(nights / period, order) + shift)).sum(axis=1)
        band = np.repeat(np.arange(bands), len(nights))
        y = np.tile(0.3 * wave, bands) + 0.02 * rng.normal(size=len(band))
        t = np.tile(nights, bands)
        model = find_cycles(
            t, y, group=band if bands > 1 else None, minimum_period=0.15, maximum_period=1.2
        )
        first = model.cycles[0]
        assert abs(first.period / period - 1) < 1e-4
        assert {1, 2, 3, 4, 5} <= {h.order for h in first.harmonics}
        further += len(model.cycles) - 1
    assert further <= 1  # noise has one in a hundred


@pytest.mark.parametrize("distance", [0.4, 0.8])
def test_a_line_near_a_multiple_stays_apart_where_the_values_are_few(distance: float) -> None:
    # fitted at the multiple it leaves 1 - sinc(0.4)^2 = 43 % of 120 A^2 / 4 / noise^2 = 750
    rng = np.random.default_rng(4)
    t = np.sort(rng.uniform(0, 100, 120))
    f = 0.6 + distance / np.ptp(t)
    y = 2 * np.cos(2 * np.pi * 0.3 * t) + 2 * np.cos(2 * np.pi * f * t + 1)
    model = find_cycles(t, y + 0.4 * rng.normal(size=120))
    assert [[h.order for h in c.harmonics] for c in model.cycles] == [[1], [1]]


def eclipses(t: np.ndarray, period: float) -> np.ndarray:
    def dip(centre: float, width: float) -> np.ndarray:
        return np.exp(-0.5 * (((t / period - centre + 0.5) % 1 - 0.5) / width) ** 2)

    return 0.7 * dip(0.0, 0.03) + 0.25 * dip(0.5, 0.035)


@pytest.mark.parametrize("shortest", [0.02, 0.012])
def test_a_longer_band_does_not_end_the_comparison(shortest: float) -> None:
    # 1,000 d in steps of 0.2/T: twice most_frequencies fit into periods from 0.0095 d on
    rng = np.random.default_rng(8)
    nights = np.sort(rng.choice(1900, 60, replace=False)) + 0.25 * rng.random(60)
    t = np.sort((nights[:, np.newaxis] + 0.0139 * np.arange(4)).ravel())
    t += 1e-4 * rng.normal(size=len(t))
    y = eclipses(t, 1.2345) + 0.03 * rng.normal(size=len(t))
    model = find_cycles(t, y, 0.03, minimum_period=shortest)
    assert model.cycles[0].period == pytest.approx(1.2345, rel=1e-4)


def test_more_values_than_are_compared_do_not_end_the_comparison() -> None:
    rng = np.random.default_rng(9)
    t = np.sort(rng.uniform(0, 300, 3 * WAVEFORMS.most_values))
    y = eclipses(t, 2.345) + 0.1 * rng.normal(size=len(t))
    model = find_cycles(t, y, 0.1, minimum_period=0.2)
    assert model.cycles[0].period == pytest.approx(2.345, rel=1e-4)


def test_of_many_outputs_those_with_the_line_are_compared() -> None:
    rng = np.random.default_rng(10)
    t = np.sort(rng.uniform(0, 100, 300))
    y = rng.normal(size=(300, WAVEFORMS.most_outputs + 3))
    strong = [1, 4, 10]
    y[:, strong] += np.cos(2 * np.pi * 0.37 * t)[:, np.newaxis]
    chosen = strongest_outputs(y, regression(t, y), np.array([0.37]))
    assert len(chosen) == WAVEFORMS.most_outputs
    assert set(strong) <= set(chosen.tolist())


def test_of_a_band_for_the_ladder_the_lower_part_is_searched() -> None:
    plan = grid(0.1, 1e6, 0.01, "ladder")
    part = searched_part(plan)
    assert (part.strategy, part.n_frequencies) == ("dense", SEARCH.budget)
    assert part.maximum_frequency == pytest.approx(0.1 + (SEARCH.budget - 1) * plan.spacing)
    assert part.spacing == plan.spacing
    dense = grid(0.1, 1.0, 0.01)
    assert searched_part(dense) is dense


def opened(second: float, sinusoidal: float | None, **options: object) -> tuple[Opening, Data]:
    """Return how the pursuit of a wave opens, whose second harmonic takes so much of chi-square."""
    t, rng = np.arange(200) + 0.25, np.random.default_rng(12)
    t = t + 0.2 * rng.random(200)
    noise = rng.normal(size=200)
    columns = [np.ones(200)]
    for order in (1, 2, 3, 4):
        angle = 2 * np.pi * order * 0.231 * t
        columns += [np.cos(angle), np.sin(angle)]
    design = np.stack(columns, axis=1)
    # noise that has no harmonics of its own, and a scatter of 1
    noise -= design @ np.linalg.lstsq(design, noise, rcond=None)[0]
    noise *= np.sqrt((200 - 9) / float(noise @ noise))
    wave = design[:, 3] / np.linalg.norm(design[:, 3])
    y = 10 * design[:, 1] + np.sqrt(second) * wave + noise
    data = regression(t, y)
    fit = fit_lines(data, Structure.empty(), absolute=False, max_steps=0)
    rivals = options.pop("rivals", (Rival(0.231, 0.0, 0.9),))
    ranking = Ranking(rivals, 0.0)  # type: ignore[arg-type]
    plan = plan_search(data, 1.5)
    given = {"max_order": 4, **options}
    return open_with_waveform(data, fit, ranking, sinusoidal, plan=plan, **given), data  # type: ignore[arg-type]


def orders(opening: Opening) -> tuple[int, ...]:
    assert opening.fit is not None
    return opening.fit.structure.orders_of(0)


def test_where_the_first_line_stands_anyhow_harmonics_need_more_than_a_better_fit() -> None:
    _, data = opened(0.0, None)
    by_bic, strictly = price_of_line(value_counts(data)), least_reduction(data)
    between, more = 0.5 * (by_bic + strictly), 1.5 * strictly
    assert by_bic < between < strictly
    # elsewhere, a better fit is evidence for the frequency too
    assert orders(opened(between, 0.4)[0]) == (1, 2)
    assert orders(opened(between, None)[0]) == (1, 2)
    opening, _ = opened(between, 0.231)
    assert opening.fit is None
    assert opening.held == 0.231
    opening, _ = opened(more, 0.231)
    assert orders(opening) == (1, 2)
    assert opening.held == 0.231


def test_a_sinusoid_opens_only_where_the_evidence_places_it() -> None:
    # (.4 was not among those that were compared to the end)
    assert orders(opened(0.0, 0.4)[0]) == (1,)
    # where a sinusoid was, e times less likely, the ordinary search begins; e^3 times, it does not
    hardly, clearly = ((Rival(0.231, 0.0, 0.9), Rival(0.4, bic, 0.9)) for bic in (2.0, 6.0))
    assert opened(0.0, 0.4, rivals=hardly)[0] == Opening(None, None)
    assert orders(opened(0.0, 0.4, rivals=clearly)[0]) == (1,)
    assert orders(opened(0.0, 0.4, rivals=hardly, even_sinusoids=True)[0]) == (1,)
    assert opened(0.0, None)[0] == Opening(None, None)
    assert opened(100.0, 0.4, rivals=hardly, max_order=1)[0] == Opening(None, None)
