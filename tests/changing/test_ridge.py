import json

import numpy as np
import pytest

from epicycle import scalogram


def rhythm(seed: int, kind: str, snr: float = 2.0, n: int = 240) -> tuple:
    """Return times, values and the true phase and frequency as functions of time."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) * 480.0 / n if kind == "regular" else np.sort(rng.uniform(0, 480, n))
    period, start = rng.uniform(23, 26), rng.uniform()
    y = np.sqrt(2) * snr * np.cos(2 * np.pi * (t / period + start)) + rng.normal(size=n)
    return t, y, period, start


def test_errors_cover_a_steady_rhythm() -> None:
    scores = []
    for seed in range(16):
        t, y, period, start = rhythm(seed, ("regular", "irregular")[seed % 2])
        ridge = scalogram(t, y, period=(16, 40)).ridge()
        beside = ridge.turns - (ridge.time / period + start)
        scores.append(
            (
                (ridge.frequency - 1 / period) / ridge.frequency_error,
                (ridge.amplitude - np.sqrt(2) * 2.0) / ridge.amplitude_error,
                (beside - np.round(np.mean(beside))) / ridge.phase_error,
            )
        )
    # about ten independent windows of each of 16 series: the rms of 160 scores is known to 5.6 %,
    # three times which is 17 %; errors from few samples add some more
    rms = np.sqrt(np.mean(np.array(scores) ** 2, axis=(0, 2)))
    assert np.all((rms > 0.82) & (rms < 1.2)), rms


def test_a_drifting_period_is_followed() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 480, 300))
    first, last = 1 / 20.0, 1 / 28.0
    phase = first * t + (last - first) * t**2 / 960
    y = np.cos(2 * np.pi * phase) + 0.5 * rng.normal(size=300)
    ridge = scalogram(t, y, period=(16, 36)).ridge()
    assert ridge.significant.all()
    inner = ridge.inside
    expected = 1 / (first + (last - first) * ridge.time / 480)
    assert np.abs(ridge.period - expected)[inner].max() < 4 * ridge.period_error[inner].max()
    true_turns = np.interp(ridge.time, t, phase)
    beside = ridge.turns - true_turns
    # of the windows' own errors four, with the curvature of the drift inside of a window:
    # sd 48 h, so f changes by 0.0014 over it, pi * 0.0014/480*... < 0.05 turns
    assert np.abs(beside - np.median(beside))[inner].max() < 0.1


def test_noise_alone_has_no_significant_ridge() -> None:
    found = 0
    for seed in range(16):
        rng = np.random.default_rng(seed)
        picture = scalogram(
            np.sort(rng.uniform(0, 480, 240)), rng.normal(size=240), period=(16, 40)
        )
        found += bool(picture.ridge().significant.any())
    # the level is that of 1 %: two of sixteen have a probability of 1.1 %
    assert found <= 2


def test_a_gap_keeps_the_count_of_turns_and_shows_nothing() -> None:
    t, y, period, start = rhythm(5, "irregular", snr=3.0, n=400)
    kept = (t < 150) | (t > 350)
    ridge = scalogram(t[kept], y[kept], period=(18, 32), cycles=1).ridge()
    empty = (ridge.time > 200) & (ridge.time < 300)
    assert np.isnan(ridge.period[empty]).all()
    assert np.isnan(ridge.turns[empty]).all()
    assert not ridge.significant[empty].any()
    seen = np.isfinite(ridge.turns)
    beside = ridge.turns[seen] - (ridge.time[seen] / period + start)
    assert np.ptp(beside) < 0.2


def test_the_stronger_of_two_is_followed_and_the_other_where_it_is_named() -> None:
    t = np.arange(0, 480.0, 1.0)
    y = 2 * np.cos(2 * np.pi * t / 24) + np.cos(2 * np.pi * t / 12.4)
    picture = scalogram(t, y, period=(10, 36))
    assert np.median(picture.ridge().period) == pytest.approx(24, abs=0.05)
    assert np.median(picture.ridge(period=(11, 14)).period) == pytest.approx(12.4, abs=0.05)
    assert np.median(picture.ridge(period=12.0).period) == pytest.approx(12.4, abs=0.05)
    for period in ((50, 60), (24.0, 24.01)):
        with pytest.raises(ValueError, match="outside of the picture"):
            picture.ridge(period=period)
    with pytest.raises(ValueError, match="wander must be positive"):
        picture.ridge(wander=0.0)


def test_what_it_says_can_be_kept_as_json() -> None:
    t, y, *_ = rhythm(1, "irregular")
    ridge = scalogram(t, y, period=(18, 32), unit="h").ridge()
    document = json.loads(json.dumps(ridge.to_dict(), allow_nan=False))
    assert document["schema"] == "epicycle.ridge/1"
    assert document["period"] == ridge.period.tolist()
    assert document["significant"] == ridge.significant.tolist()
    assert ridge.phase == pytest.approx(ridge.turns % 1.0)


def test_many_samples_are_averaged_first_with_the_same_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 240, 30_000))
    y = np.cos(2 * np.pi * t / 24) + rng.normal(size=30_000)
    picture = scalogram(t, y, period=(18, 32), times=5)
    binned = picture.ridge()
    monkeypatch.setattr("epicycle.changing.ridge._MANY", 10**9)
    every = picture.ridge()
    # what averaging takes off is small beside the errors; the scatter is that of a tenth of them
    for name in ("frequency", "amplitude", "phase"):
        error = getattr(every, f"{name}_error")
        assert np.abs((getattr(binned, name) - getattr(every, name)) / error).max() < 0.1
        assert np.abs(getattr(binned, f"{name}_error") / error - 1).max() < 0.25
