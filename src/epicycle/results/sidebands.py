"""Rows at sums and differences of the frequencies of two stronger cycles: one changes the other.

Where the amplitude or the shape of a cycle follows another (the week of a shop is larger in
summer), their product has lines at the sums and differences of their frequencies, and so have two
oscillations that are coupled.  Each is there, and looks like a discovery.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from epicycle.limits import LINES
from epicycle.results.cycles import Cycle
from epicycle.samples.units import in_unit

#: Multiples of the slower frequency.
_MULTIPLES = (-2, -1, 1, 2)


def sideband_notes(cycles: Sequence[Cycle], unit: str) -> list[str]:
    """Return a sentence for each pair of cycles whose sums and differences are rows of their own.

    Parameters
    ----------
    cycles : sequence of Cycle
        What is claimed, strongest first.
    unit : str
        Unit of time.
    """
    members: dict[tuple[int, int], list[int]] = {}
    themselves: list[int] = []
    for k in range(len(cycles)):
        best = _pair_of(k, themselves, cycles)
        if best is None:
            themselves.append(k)
        else:
            members.setdefault(best, []).append(k)
    notes = []
    for (i, j), found in members.items():
        # by chance one line stands near some sum; a product has lines on both sides
        if len(found) < LINES.fewest_sidebands:
            continue
        carrier, other = (in_unit(cycles[m].period, unit) for m in (i, j))
        rows = ", ".join(in_unit(cycles[k].period, unit) for k in found)
        notes.append(
            f"periods {rows}: sums and differences of the frequencies of {carrier} and {other}, "
            f"rather than cycles of their own: the amplitude or shape of {carrier} follows "
            f"{other} (where one multiplies the other, the logarithm of the values has just the "
            f"two)"
        )
    return notes


def _pair_of(k: int, of: list[int], cycles: Sequence[Cycle]) -> tuple[int, int] | None:
    """Return the numbers of the carrier and of the slower cycle that make row k; None if none.

    They are looked for among those `of` which are no sums and differences themselves.
    """
    one = cycles[k]
    pairs = [(i, j) for i in of for j in of if cycles[j].frequency < cycles[i].frequency]
    best: tuple[float, float, tuple[int, int]] | None = None
    tried = 0
    for i, j in pairs:
        carrier, other = cycles[i], cycles[j]
        order, m = np.meshgrid([h.order for h in carrier.harmonics], _MULTIPLES)
        tried += order.size
        off = np.abs(order * carrier.frequency + m * other.frequency - one.frequency)
        at = np.unravel_index(int(off.argmin()), off.shape)
        error = float(
            np.linalg.norm(
                [
                    one.frequency_error,
                    order[at] * carrier.frequency_error,
                    m[at] * other.frequency_error,
                ]
            )
        )
        if best is None or off[at] < best[0]:
            best = float(off[at]), error, (i, j)
    if best is None or best[0] > LINES.overtone * best[1]:
        return None
    # (among many sums, or with wide errors, any line stands at one)
    near = 2 * LINES.overtone * best[1] * tried
    highest = max(cycle.frequency for cycle in cycles)
    return best[2] if near < LINES.overtone_chance * highest else None
