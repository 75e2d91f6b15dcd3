"""What several tests of this wing share."""

import numpy as np

from epicycle.files.reading import Table


def rows(*lines: str) -> str:
    return "\n".join(lines) + "\n"


SIMPLE = rows("time,value", "0.5,1.25", "1.5,-2", "3,4e-3")


def assert_simple(table: Table) -> None:
    assert table.time_column in ("time", "1")
    np.testing.assert_array_equal(table.t, [0.5, 1.5, 3.0])
    np.testing.assert_array_equal(table.y, [1.25, -2.0, 0.004])
