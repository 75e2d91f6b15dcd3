"""Orders of one frequency: as many as there is evidence for, and those of another cycle apart."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from epicycle.fit.lines import Structure
from epicycle.limits import CYCLES, SHARP
from epicycle.pursuit import combs
from epicycle.pursuit.combs import (
    Comb,
    Ground,
    apart,
    ends_of_blocks,
    first_apart,
    gain,
    island,
    period_of,
    standing_apart,
)
from tests.pursuit.lines import dips


@pytest.mark.parametrize(("m", "r"), [(1, 9.0), (16, 120.0), (6, 30.0), (8, 10.0)])
def test_the_evidence_of_amplitudes_is_that_of_the_best_size(m: int, r: float) -> None:
    def log_ratio(size: float) -> float:
        # of 2 m normal numbers of variance 1 + size against variance 1
        return -m * np.log1p(size) + 0.5 * r * size / (1 + size)

    best = max(log_ratio(size) for size in np.geomspace(1e-6, 1e3, 20_000))
    expected = max(best, 0.0) - 0.5 * np.log(2 * m) - 1
    assert gain(np.full(m, r / m)) == pytest.approx(expected, abs=1e-4)


def test_orders_are_judged_in_blocks_that_grow() -> None:
    assert ends_of_blocks(60) == [0, 16, 22, 31, 43, 60]
    assert ends_of_blocks(16) == [0, 16]
    assert ends_of_blocks(5) == [0, 5]


def test_each_order_takes_from_chi_square_what_those_before_it_leave() -> None:
    (work, fit) = (dips().stand.work, dips().stand.fit)
    data, frequency = work.data, 1 / 3.1567
    orders = np.array([2, 4, 1, 3, 5])
    taken = Ground(data, fit, 25.0).reductions(frequency, orders)
    assert taken is not None
    t, y = data.times.to_float(), data.y[:, 0]
    columns, chi2 = [np.ones_like(t)], []
    for order in (0, *orders):
        if order:
            angle = 2 * np.pi * order * frequency * t
            columns += [np.cos(angle), np.sin(angle)]
        solution = np.linalg.lstsq(np.stack(columns, axis=1), y, rcond=None)[0]
        chi2.append(float(((y - np.stack(columns, axis=1) @ solution) ** 2).sum()))
    # in units of the scatter around all of them
    scatter = chi2[-1] / (len(y) - len(columns) - 1)
    assert taken == pytest.approx(-np.diff(chi2) / scatter, rel=1e-6)


def test_orders_that_the_raster_cannot_tell_apart_are_left_out() -> None:
    stand = dips().stand
    data, fit = stand.work.data, stand.fit
    rate, near = 1 / 0.0204318, 1.5 / data.baseline
    frequency = rate / 40.37
    ground = Ground(data, fit, 4 * rate)
    kept = ground.orders(frequency, 60)
    turns = kept * frequency
    seen = np.sort(np.abs(turns - rate * np.rint(turns / rate)))
    assert np.diff(seen).min() > near
    assert seen[0] > near
    assert seen[-1] < rate / 2 - near
    # every order below the Nyquist frequency is one of them, and some above it
    assert set(range(1, 21)) <= set(kept.tolist())
    assert kept.max() > 21
    # where none is aliased all of them are told apart
    assert ground.orders(frequency, 20).tolist() == list(range(1, 21))


def test_the_period_is_that_of_which_every_order_is_a_multiple() -> None:
    stand = dips().stand
    data, fit, true = stand.work.data, stand.fit, 1 / 3.1567
    lowest, highest = CYCLES.waveform / data.baseline, 2 / 0.0204318
    ground = Ground(data, fit, highest)
    found = ground.measured(true)
    assert found is not None
    assert found.beyond > SHARP.clear
    # half of the frequency has no further orders, and twice the frequency has not all of them
    for start in (true, 2 * true, true / 2):
        comb = ground.measured(start)
        assert comb is not None
        period = period_of(ground, comb, lowest)
        assert period is not None
        assert period.frequency == pytest.approx(true, rel=1e-12)
    # but a cycle longer than the band has is not tried
    stand = dips(0.29).stand
    ground = Ground(stand.work.data, stand.fit, highest)
    comb = ground.measured(2 * true)
    assert comb is not None
    period = period_of(ground, comb, 1.5 * true)
    assert period is not None
    assert period.frequency == 2 * true


def test_odd_orders_tell_two_minima_apart() -> None:
    highest = 2 / 0.0204318
    stands = (dips().stand, dips(0.3).stand)
    unlike, alike = (Ground(stand.work.data, stand.fit, highest) for stand in stands)
    comb = Comb(1 / 3.1567, 40, 0.0, 0.0)
    clear, none = apart(unlike, comb, 2), apart(alike, comb, 2)
    assert clear is not None
    assert none is not None
    assert clear > 10 * SHARP.clear
    assert none < SHARP.clear
    # orders of a cycle that the samples hardly resolve tell nothing
    fast = replace(comb, frequency=0.4 / 0.0204318)
    assert apart(unlike, fast, 2) is None


def test_lines_at_multiples_give_way_to_a_comb_unless_they_are_another_cycle() -> None:
    stand = dips().stand
    near = 0.5 / stand.work.data.baseline
    lines = [1.0, 2.0, 3.0 + 0.9 * near, 4.0 + 1.1 * near, 5.5, 0.2]
    structure = Structure.empty().plus(6.0, fixed=True)
    for line in lines:
        structure = structure.plus(line, (1, 2) if line == 2.0 else (1,))
    fit = replace(stand.fit, structure=structure)
    ground = Ground(stand.work.data, fit, 25.0)
    assert ground.without(1.0).frequency.tolist() == [6.0, 4.0 + 1.1 * near, 5.5, 0.2]
    assert ground.orders(1.0, 5).tolist() == [1, 2, 3, 4, 5]
    # which may have moved since it was called one
    beside = replace(ground, islands=(2.0 + 0.9 * near,))
    assert beside.without(1.0).frequency.tolist() == [6.0, 2.0, 4.0 + 1.1 * near, 5.5, 0.2]
    # no order stands where it has a line
    assert beside.orders(1.0, 5).tolist() == [1, 3, 5]


def test_a_comb_is_refined_with_more_and_more_orders_unless_they_cannot_be_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = dips().stand
    data, ground = stand.work.data, Ground(stand.work.data, stand.fit, 2 / 0.0204318)
    # from a twentieth of a turn at either end: further than the sharpest orders allow
    comb = ground.refined(1 / 3.1567 + 0.1 / data.baseline)
    assert comb is not None
    # an edge of 0.04 d at about 40 places of noise 0.01 in 0.3 is known to 0.01 / 0.3 * 0.02 d
    assert abs(comb.frequency - 1 / 3.1567) * data.baseline < 0.002 / 3.1567
    assert comb.gain > comb.beyond > SHARP.clear

    def singular(*_: object, **__: object) -> None:
        raise LinAlgError

    monkeypatch.setattr(combs, "fit_lines", singular)
    assert ground.refined(1 / 3.1567) is None


def powers(most: int, **orders: float) -> np.ndarray:
    """Return what orders take from chi-square: noise, but for those that are named (``m7=...``)."""
    taken = np.random.default_rng(5).chisquare(2, size=most)
    for name, power in orders.items():
        taken[int(name[1:]) - 1] = power
    return taken


def test_an_order_that_stands_far_above_those_beside_it_is_another_cycle() -> None:
    falling = 4000.0 / np.arange(1, 61) ** 2 + powers(60)
    assert first_apart(falling) is None
    week = falling.copy()
    week[51], week[25] = 3000.0, 30.0
    assert first_apart(week) == 52
    # all multiples together, and of several divisors the one that leaves most
    week[25] = 2500.0
    assert first_apart(week) == 26
    # of orders that are not known nothing is said
    week[49:54] = np.nan
    assert first_apart(week[:54]) == 26
    week[25] = np.nan
    assert first_apart(week[:54]) is None


def test_waveforms_keep_their_orders_together() -> None:
    order = np.arange(1, 61)
    envelope = 1e5 * np.exp(-((order / 25.0) ** 2))
    # two dips a third or a quarter of a cycle apart make every third or fourth order the strongest
    for share in (1 / 3, 1 / 4, 1 / 5):
        two = envelope * np.abs(1 + np.exp(2j * np.pi * order * share)) ** 2
        assert first_apart(two + powers(60)) is None, share
    # on for a third of the time: every third order is absent
    assert first_apart(1e5 * np.sinc(order / 3) ** 2 + powers(60)) is None
    # odd orders, and orders that are missing between strong ones
    assert first_apart(powers(60, m1=1e5, m3=1e5)) is None
    assert first_apart(powers(9, m1=1e4, m3=1e4, m5=1e4, m9=1e4)) is None
    # the second order is never another cycle's first: that is a waveform of twice the period
    assert standing_apart(envelope * (order % 2 == 0) + powers(60), 2) > SHARP.clear
    assert first_apart(powers(8, m2=1e5, m4=1e4)) is None


def test_a_cycle_in_a_comb_is_found_with_as_many_orders_as_it_has() -> None:
    begun = dips()
    t, true = begun.stand.work.data.times.to_float(), 1 / 3.1567
    data = replace(begun.stand.work.data, y=begun.stand.work.data.y.copy())
    fast = 9 * true
    comb = Ground(data, begun.stand.fit, 25.0).measured(true)
    assert comb is not None
    assert island(Ground(data, begun.stand.fit, 25.0), comb) is None
    for m, amplitude in ((1, 0.1), (2, 0.05)):
        data.y[:, 0] += amplitude * np.cos(2 * np.pi * m * fast * t + m)
    comb = Ground(data, begun.stand.fit, 25.0).measured(true)
    assert comb is not None
    assert island(Ground(data, begun.stand.fit, 25.0), comb) == (9, 2)


def test_the_first_order_of_another_cycle_may_be_its_weakest() -> None:
    # of a week the half is strongest, beside a year whose first orders are as strong
    taken = 4000.0 / np.arange(1, 121) ** 2 + powers(120, m52=120.0, m104=700.0)
    assert first_apart(taken) == 52
