"""Lines at multiples of one frequency become one waveform, and no others do."""

import numpy as np
import pytest

from epicycle import find_cycles
from epicycle.fit.errors import covariance
from epicycle.fit.lines import Fundamental, Structure
from epicycle.fit.refine import fit_lines
from epicycle.model import CycleModel
from epicycle.pursuit.harmonics import HarmonicTest, descend, extend, merge
from epicycle.results.cycles import Cycle
from generators import Problem, eclipses, sawtooth, sinusoids, waveform


def find(problem: Problem, **options: object) -> CycleModel:
    return find_cycles(problem.t, problem.y, problem.dy, **options)


def orders(cycle: Cycle) -> list[int]:
    return [h.order for h in cycle.harmonics]


def assert_within(got: float, error: float, true: float, sigmas: float = 4.0) -> None:
    assert abs(got - true) < sigmas * error, (got, error, true)


# ---- Waveforms as a user sees them ---------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "regular", "nightly"])
def test_an_eclipsing_binary_gets_its_full_period(sampling: str) -> None:
    # two eclipses per orbit: the second harmonic is seven times the fundamental
    period = 2.7182
    problem = waveform(1, 600, 100.0, period, eclipses, 0.1, sampling=sampling)
    model = find(problem, minimum_period=0.2)
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    assert_within(cycle.period, cycle.period_error, period)
    # what the harmonics leave at the edges of the eclipses counts, at night by a quarter
    assert cycle.period_error < 1.5e-3
    amplitude = {h.order: h.amplitude for h in cycle.harmonics}
    assert amplitude[2] > 3 * amplitude[1]
    # half the depth of the deeper eclipse; harmonics too weak to be seen are missing from it
    assert cycle.amplitude == pytest.approx(0.5, abs=0.05)


def test_a_sawtooth_is_one_cycle_with_many_harmonics() -> None:
    problem = waveform(2, 800, 100.0, 5.3, sawtooth, 0.2)
    model = find(problem)
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    assert_within(cycle.period, cycle.period_error, 5.3)
    assert orders(cycle)[:6] == [1, 2, 3, 4, 5, 6]
    for h in cycle.harmonics:
        assert isinstance(h.amplitude, float)
        assert_within(h.amplitude, h.amplitude_error, 2 / (np.pi * h.order))
    # harmonics beyond those seen, of amplitude below 0.1, are left in the residual
    assert 0.2 < model.residual_std < 0.3
    # all harmonics inform the frequency: sum of k^2 (2 / pi k)^2 over k = 1 ... K is K times that
    # of the fundamental alone; the jump, where the slope is steepest, leaves the most
    alone = find(problem, max_cycles=1, harmonics=1, minimum_period=4.0)
    assert cycle.frequency_error < alone.cycles[0].frequency_error / 1.6


@pytest.mark.parametrize("most", [1, 3])
def test_no_harmonic_is_higher_than_asked_for(most: int) -> None:
    problem = waveform(2, 800, 100.0, 5.3, sawtooth, 0.2)
    model = find(problem, harmonics=most)
    assert model.cycles
    assert max(max(orders(c)) for c in model.cycles) <= most


def test_sinusoids_only_where_asked_for() -> None:
    problem = sinusoids(3, 500, 100.0, [(0.3, 2.0), (0.6, 2.0)])
    apart = find(problem, harmonics=1)
    assert [orders(c) for c in apart.cycles] == [[1], [1]]
    together = find(problem)
    assert [orders(c) for c in together.cycles] == [[1, 2]]


@pytest.mark.parametrize("distance", [0.4, 1.2, 3.0])
def test_a_line_next_to_an_octave_is_not_a_harmonic(distance: float) -> None:
    # The frequencies are known to about sqrt(6 / N) sigma / (pi A T) = 0.02 / T: 0.4 / T away from
    # the octave is ten errors.
    lines = [(0.3, 2.0), (0.6 + distance / 100.0, 2.0)]
    model = find(sinusoids(4, 500, 100.0, lines))
    assert [orders(c) for c in model.cycles] == [[1], [1]]
    for (frequency, _), cycle in zip(
        lines, sorted(model.cycles, key=lambda c: c.frequency), strict=True
    ):
        assert_within(cycle.frequency, cycle.frequency_error, frequency)


def test_a_ratio_of_two_sinusoids_is_no_fundamental() -> None:
    # orders 2 and 3 of a frequency at which nothing stands
    problem = sinusoids(5, 800, 100.0, [(0.6, 2.0, 0.1), (0.9, 2.0, 0.3)])
    model = find(problem)
    assert sorted(c.period for c in model.cycles) == pytest.approx([1 / 0.9, 1 / 0.6], rel=1e-3)
    assert [orders(c) for c in model.cycles] == [[1], [1]]


def test_a_fundamental_that_is_absent() -> None:
    # orders 2 to 5 of a frequency at which nothing stands: three of them begin a comb of their own
    lines = [(0.3 * m, 3.0 / m, 0.1 * m) for m in (2, 3, 4, 5)]
    model = find(sinusoids(5, 800, 100.0, lines))
    assert len(model.cycles) == 1
    cycle = model.cycles[0]
    assert orders(cycle) == [2, 3, 4, 5]
    assert_within(cycle.frequency, cycle.frequency_error, 0.3)


def test_unrelated_lines_in_no_ratio_stay_apart() -> None:
    lines = [(0.31, 2.0), (0.47, 1.0), (1.13, 3.0), (2.21, 0.9)]
    model = find(sinusoids(6, 500, 100.0, lines))
    assert [orders(c) for c in model.cycles] == [[1]] * 4
    found = sorted(c.frequency for c in model.cycles)
    assert found == pytest.approx([f for f, _ in lines], abs=0.2 / 100.0)


# ---- The three questions, one by one -------------------------------------------------------


def start(problem: Problem, *fundamentals: Fundamental):
    data = problem.data()
    fit = fit_lines(data, Structure.of(list(fundamentals)), absolute=False)
    return data, fit


def test_a_single_frequency_is_tested_where_it_stands() -> None:
    problem = sinusoids(7, 400, 100.0, [(0.3, 2.0), (0.6, 1.0), (0.83, 1.0)])
    data, fit = start(problem, Fundamental(0.3, (1,)))
    test = HarmonicTest(data, np.inf)
    assert test.significant(fit, 0.6, 1e-4)
    assert test.significant(fit, 0.83, 1e-4)
    assert not test.significant(fit, 0.45, 1e-4)
    # the power of the line at 0.83 is seen here too, but it is another line's
    assert not test.significant(fit, 0.83 - 0.6 / 100.0, 1e-4)
    # on top of a line that is fitted, or outside of the band, there is nothing to ask
    assert not test.significant(fit, 0.3, 1e-4)
    assert not HarmonicTest(data, 0.5).significant(fit, 0.6, 1e-4)
    assert not test.significant(fit, 0.5 / 100.0, 1e-4)


def test_noise_is_rarely_called_a_harmonic() -> None:
    hits = 0
    for seed in range(40):
        problem = sinusoids(seed, 150, 100.0, [(0.3, 2.0)])
        data, fit = start(problem, Fundamental(0.3, (1,)))
        test = HarmonicTest(data, np.inf)
        hits += sum(test.significant(fit, m * 0.3, 1e-4) for m in range(2, 9))
    # 280 tests at 1e-3 or less (BIC: exp(-ln 150) = 1 / 150 at most): 2 expected at the very most
    assert hits <= 6


def test_extend_adds_the_multiples_that_are_there() -> None:
    lines = [(0.3, 4.0), (0.6, 0.5), (0.9, 0.5), (1.5, 0.5)]
    problem = sinusoids(8, 600, 100.0, lines, 0.5)
    data, fit = start(problem, Fundamental(0.3, (1,)))
    test = HarmonicTest(data, np.inf)
    assert extend(data, fit, test, 8, False).structure.orders_of(0) == (1, 2, 3, 5)
    assert extend(data, fit, test, 2, False).structure.orders_of(0) == (1, 2)
    assert extend(data, fit, test, 1, False) is fit


def test_extend_leaves_a_lone_high_multiple_alone() -> None:
    problem = sinusoids(9, 400, 100.0, [(0.3, 2.0), (1.8, 1.0)])
    data, fit = start(problem, Fundamental(0.3, (1,)))
    assert extend(data, fit, HarmonicTest(data, np.inf), 8, False) is fit


def test_extend_gives_a_line_to_one_cycle_only() -> None:
    # 0.9 is a multiple of both cycles, and the residual does not say whose
    problem = sinusoids(8, 600, 100.0, [(0.3, 4.0), (0.45, 4.0), (0.6, 0.5), (0.9, 0.5)], 0.5)
    data, fit = start(problem, Fundamental(0.3, (1,)), Fundamental(0.45, (1,)))
    structure = extend(data, fit, HarmonicTest(data, np.inf), 8, False).structure
    assert [structure.orders_of(k) for k in range(2)] == [(1, 2, 3), (1,)]


def test_descend_gives_a_line_to_one_cycle_only() -> None:
    # 0.3 is half of one cycle and a third of the other
    problem = sinusoids(8, 600, 100.0, [(0.6, 4.0), (0.9, 4.0), (0.3, 1.0)], 0.5)
    data, fit = start(problem, Fundamental(0.6, (1,)), Fundamental(0.9, (1,)))
    structure = descend(data, fit, HarmonicTest(data, np.inf), 8, False).structure
    assert [structure.orders_of(k) for k in range(2)] == [(1, 2), (1,)]


def test_descend_divides_by_two_and_by_three() -> None:
    for divisor in (2, 3):
        f = 0.9 / divisor
        problem = sinusoids(
            10, 600, 100.0, [(0.9, 2.0), (f, 0.5), (2 * f if divisor == 3 else 3 * f, 0.5)]
        )
        data, fit = start(problem, Fundamental(0.9, (1,)))
        result = descend(data, fit, HarmonicTest(data, np.inf), 8, False)
        assert result.structure.frequency[0] == pytest.approx(f, abs=0.1 / 100.0 / divisor)
        assert divisor in result.structure.orders_of(0)
        assert 1 in result.structure.orders_of(0)


def test_descend_leaves_a_single_sinusoid_and_a_known_frequency_alone() -> None:
    problem = sinusoids(11, 400, 100.0, [(0.9, 2.0)])
    data, fit = start(problem, Fundamental(0.9, (1,)))
    assert descend(data, fit, HarmonicTest(data, np.inf), 8, False) is fit
    problem = sinusoids(11, 400, 100.0, [(0.9, 2.0), (0.45, 1.0)])
    data, fit = start(problem, Fundamental(0.9, (1,), fixed=True))
    assert descend(data, fit, HarmonicTest(data, np.inf), 8, False) is fit


def test_merge_locks_what_is_locked() -> None:
    problem = sinusoids(12, 500, 100.0, [(0.3, 2.0), (0.6, 1.0), (0.71, 1.0)])
    data, fit = start(problem, *(Fundamental(f, (1,)) for f in (0.3, 0.6, 0.71)))
    result = merge(data, fit, np.ones((3, 1)), 16, False)
    assert sorted(result.structure.orders_of(k) for k in range(2)) == [(1,), (1, 2)]
    # locking two frequencies costs one degree of freedom: chi-square 1, and never below 0
    assert 0 <= result.chi2[0] - fit.chi2[0] < 12


def test_merge_holds_known_and_slow_lines_apart() -> None:
    problem = sinusoids(13, 500, 100.0, [(0.3, 2.0), (0.6, 1.0)])
    data, fit = start(problem, Fundamental(0.3, (1,), fixed=True), Fundamental(0.6, (1,)))
    assert merge(data, fit, np.ones((2, 1)), 16, False) is fit
    problem = sinusoids(14, 500, 100.0, [(0.02, 2.0), (0.04, 2.0)])
    data, fit = start(problem, Fundamental(0.02, (1,)), Fundamental(0.04, (1,)))
    assert merge(data, fit, np.ones((2, 1)), 16, False) is fit


def test_merge_does_not_lock_what_would_often_meet_by_chance() -> None:
    # The error of the tenth multiple of 6 cycles in strong noise is a line width: any line up
    # there is close to some multiple.
    problem = sinusoids(16, 150, 100.0, [(0.06, 1.0), (0.608, 1.0)], 1.5)
    data, fit = start(problem, Fundamental(0.06, (1,)), Fundamental(0.608, (1,)))
    frequency = fit.structure.frequency
    error = 1.5 * np.sqrt(6 / 150) / np.pi / 100.0
    assert abs(frequency[1] - 10 * frequency[0]) < 3 * 10 * error
    assert merge(data, fit, np.ones((2, 1)), 16, False) is fit


def test_merge_does_not_lock_what_costs_too_much() -> None:
    # Noise around the lines widens their errors, but locking would still cost chi-square:
    # the octave is missed by 0.4 / T, ten errors in white noise.
    problem = sinusoids(16, 500, 100.0, [(0.3, 2.0), (0.604, 2.0)])
    data, fit = start(problem, Fundamental(0.3, (1,)), Fundamental(0.604, (1,)))
    assert merge(data, fit, np.full((2, 1), 25.0), 16, False) is fit


def test_merge_locks_by_odds() -> None:
    """An octave is a lock where its odds are 10 or more, by the formula of the module on gears.

    The ratio is known to 0.007: within two of these errors the odds are above 10, beyond below.
    """
    locked = []
    for seed in range(40):
        pull = -3 + 6 * seed / 39
        problem = sinusoids(seed, 400, 100.0, [(0.06, 1.0), (0.12 + 4.3e-4 * pull, 1.0)], 0.5)
        data, fit = start(problem, Fundamental(0.06, (1,)), Fundamental(0.12, (1,)))
        f = fit.structure.frequency
        e = np.sqrt(np.diag(covariance(data, fit, np.ones((2, 1))).frequency))
        ratio, error = f[1] / f[0], f[1] / f[0] * np.hypot(e[0] / f[0], e[1] / f[1])
        # one of one known multiple is there; 1 / (1 + 1/4 + 1/9 + 1/16) of all fractions are whole
        odds = 144 / 205 * np.exp(-0.5 * ((ratio - 2) / error) ** 2) / (error * np.sqrt(2 * np.pi))
        merged = merge(data, fit, np.ones((2, 1)), 16, False) is not fit
        # correlations of the errors, left out here, move the odds by some percent
        if not 9 < odds < 11:
            assert merged == (odds > 10), (seed, odds)
        locked.append(merged)
    assert 8 < sum(locked) < 32


@pytest.mark.parametrize(
    ("orders", "multiple", "merged"),
    [
        ((1,), 3, True),
        ((1,), 4, False),
        ((1,), 12, False),
        ((1, 2), 4, True),
        ((1, 2), 5, False),
        # a waveform that is known to be rich may miss some
        ((1, 2, 3, 4), 7, True),
        ((1, 3, 5), 9, True),
    ],
)
def test_merge_asks_for_a_waveform(orders: tuple[int, ...], multiple: int, merged: bool) -> None:
    # However exact the ratio is, a lone high multiple is a cycle of its own.
    lines = [(0.1 * m, 2.0) for m in (*orders, multiple)]
    problem = sinusoids(17, 600, 100.0, lines, 0.2)
    data, fit = start(problem, Fundamental(0.1, orders), Fundamental(0.1 * multiple, (1,)))
    result = merge(data, fit, np.ones((len(lines), 1)), 16, False)
    assert (result is not fit) == merged
    if merged:
        assert result.structure.orders_of(0) == (*orders, multiple)


def test_merge_keeps_the_noise_level_with_its_line() -> None:
    # The noise is strong around one line only.  It makes the ratio 7 : 1 useless as evidence, and
    # must not do so to the octave that is looked at after another was locked.
    lines = [(0.061, 2.0), (0.122, 2.0), (0.183, 2.0), (0.9, 3.0)]
    problem = sinusoids(18, 600, 100.0, lines, 0.3)
    data, fit = start(problem, *(Fundamental(f, (1,)) for f, _ in lines))
    level = np.array([[1.0], [1.0], [1.0], [1e4]])
    result = merge(data, fit, level, 16, False)
    assert sorted(result.structure.orders_of(k) for k in range(2)) == [(1,), (1, 2, 3)]


def test_frequencies_without_relation_stay_apart() -> None:
    """Of 120 pairs in ratios of 9 to 15, known to about 0.005, none becomes one waveform."""
    rng = np.random.default_rng(19)
    for seed in range(120):
        low = 1 / rng.uniform(10, 20)
        lines = [(low, 1.0), (low * rng.uniform(9, 15), 1.0)]
        problem = sinusoids(seed, 300, 500.0, lines, 0.35)
        data, fit = start(problem, *(Fundamental(f, (1,)) for f, _ in lines))
        assert merge(data, fit, np.ones((2, 1)), 16, False) is fit
