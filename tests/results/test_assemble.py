"""What users see of a pursuit: values, errors and limits."""

import numpy as np
from scipy import stats

from epicycle import CycleModel, find_cycles
from epicycle.search.dense import DenseSearch
from generators import regression, sinusoids


def test_errors_of_amplitude_phase_and_time() -> None:
    trials = 80
    pulls: dict[str, list[float]] = {"amplitude": [], "phase": [], "time": []}
    true = (0.4321, 2.0, 0.3)
    for seed in range(trials):
        problem = sinusoids(1000 + seed, 200, 100.0, [true], errors=True)
        model = find_cycles(
            problem.t, problem.y, problem.dy, minimum_period=0.5, harmonics=1, max_cycles=1
        )
        cycle = model.cycles[0]
        # an amplitude is the root of two squares: the noise of both adds sigma^2 / 2 A to it
        bias = 0.5 * cycle.amplitude_error**2 / cycle.amplitude
        pulls["amplitude"].append((cycle.amplitude - bias - 2.0) / cycle.amplitude_error)
        expected = true[0] * model.reference_time - true[2]
        # the phase is that of the maximum after the reference: f t - phase is whole there
        turn = (cycle.phase + expected + 0.5) % 1.0 - 0.5
        pulls["phase"].append(turn / cycle.phase_error)
        top = (true[0] * cycle.time_of_maximum - true[2] + 0.5) % 1.0 - 0.5
        pulls["time"].append(top / true[0] / cycle.time_of_maximum_error)
    low, high = np.sqrt(stats.chi2.ppf([5e-5, 1 - 5e-5], trials) / trials)
    for name, values in pulls.items():
        spread = np.sqrt(np.mean(np.square(values)))
        # noise level as above; errors of 1 to 3 times the noise leave fewer effective samples
        assert 0.94 * low <= spread <= 1.05 * high, name
        assert abs(np.mean(values)) < 4 / np.sqrt(trials), name


def test_the_amplitude_limit_is_what_would_have_been_seen() -> None:
    trials = 80
    seen = {1.0: 0, 0.35: 0}
    for seed in range(trials):
        problem = sinusoids(seed, 120, 50.0)
        model = find_cycles(problem.t, problem.y, minimum_period=0.5, trend=0)
        if model.lines:
            continue  # a false alarm, about one in a hundred
        rng = np.random.default_rng(seed)
        frequency, phase = rng.uniform(0.1, 1.9), rng.uniform()
        highest = power_near(problem.t, problem.y, model, None)
        for share in seen:
            line = share * model.amplitude_limit
            y = problem.y + line * np.cos(2 * np.pi * (frequency * problem.t - phase))
            seen[share] += power_near(problem.t, y, model, frequency) > highest
    # 95 % by definition; grid and finite N cost little; one failure in 1e4 by chance
    assert seen[1.0] >= stats.binom.ppf(1e-4, trials, 0.94)
    # and it is no blank cheque: a third of it is seen in a third of the cases or less
    assert seen[0.35] <= stats.binom.ppf(1 - 1e-4, trials, 0.33)


def power_near(t: np.ndarray, y: np.ndarray, model: CycleModel, frequency: float | None) -> float:
    """Return the highest reduction of chi-square, anywhere or within a line width."""
    plan = model.search
    found = DenseSearch(regression(t, y), plan, keep=16, threads=1).maxima(
        (y - y.mean())[:, None], np.ones(1)
    )
    if frequency is None:
        return float(found.power[0])
    near = np.abs(found.thinned_frequency - frequency) < 1 / model.baseline
    return float(found.thinned_power[near].max())
