"""Bad input: one helpful line each, never a traceback, never a hang, and a page that says so."""

import math
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bad_inputs
from epicycle import find_cycles
from epicycle.files.ahead import read_times
from epicycle.files.reading import ReadError, read_table

CASES = [case for rows in bad_inputs.cases().values() for case in rows]

#: More of them where somebody looks for longer.
EXAMPLES = int(os.environ.get("EPICYCLE_FUZZ_EXAMPLES", "150"))

fuzzing = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("case", CASES, ids=[case.kind for case in CASES])
def test_a_refusal_is_one_helpful_line(case):
    line = bad_inputs.refusal(case)
    assert line.startswith("epicycle: error: ")
    assert len(line) < 600
    # it says what to do, or at least what was expected or where to look
    assert any(word in line for word in ("To fix this", "expected", " must ", "epicycle --help"))


def test_the_page_is_up_to_date():
    assert bad_inputs.PAGE.read_text(encoding="utf-8") == bad_inputs.page(), (
        "run: python tests/bad_inputs.py"
    )
    assert len(CASES) >= 40
    assert len({case.kind for case in CASES}) == len(CASES)


# ---- Anything at all -----------------------------------------------------------------------

ODD = """nan|inf|-inf|1e400|-0.0|1,5|"|'|NA|true|0x10|1_000|2024-01-01|2024-02-30|
2024-01-01T00:00Z|24:00|99999-01-01|20240101|2024-01-01 10:00+05:30|١٢|−1|½|1 2|#|\x0c"""
CELLS = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(["", "|", "9" * 400, *ODD.replace("\n", "").split("|")]),
    st.text(max_size=6),
)
SEPARATORS = st.sampled_from([",", ";", "\t", " ", "  ", "|"])


@st.composite
def tables(draw) -> bytes:
    """Draw tables, many of which are nearly right."""
    n = draw(st.integers(1, 4))
    separator = draw(SEPARATORS)
    header = draw(st.lists(st.sampled_from(["time", "t_h", "date", "v", "err", "", "1"]) | CELLS,
                           min_size=n, max_size=n))  # fmt: skip
    rows = [header] if draw(st.booleans()) else []
    for k in range(draw(st.integers(0, 20))):
        row = [str(k), *(str((k * 7) % 5) for _ in range(n - 1))]
        if draw(st.integers(0, 5)) == 0:
            row[draw(st.integers(0, n - 1))] = draw(CELLS)
        if draw(st.integers(0, 30)) == 0:
            row = row[:-1] if draw(st.booleans()) else [*row, "1"]
        rows.append(row)
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(separator.join(row) for row in rows) + draw(st.sampled_from(["", end]))
    return text.encode("utf-8", "surrogatepass")


def accepted(call, *errors):
    """Return what a call returns, or None where it refuses, which it does in one line."""
    try:
        return call()
    except errors as error:
        lines = str(error).splitlines()
    assert len(lines) == 1
    return None


def use(path, raw: bytes) -> None:
    """Read a table and search it: either may refuse."""
    path.write_bytes(raw)
    accepted(lambda: read_times(path, None, "time"), ReadError)
    table = accepted(lambda: read_table(path), ReadError)
    if table is None:
        return
    quick = {"max_cycles": 1, "harmonics": 1, "max_frequencies": 1e5}
    model = accepted(
        lambda: find_cycles(table.t, table.y, table.dy, unit=table.unit, **quick),
        TypeError,
        ValueError,
    )
    if model is not None:
        assert math.isfinite(model.baseline)
        assert model.table()


@fuzzing
@given(raw=tables())
def test_no_table_makes_a_traceback(tmp_path_factory, raw):
    use(tmp_path_factory.getbasetemp() / "t.csv", raw)


@fuzzing
@given(raw=st.binary(max_size=300))
def test_no_bytes_make_a_traceback(tmp_path_factory, raw):
    use(tmp_path_factory.getbasetemp() / "t.csv", raw)


@fuzzing
@given(data=st.data())
def test_no_damage_makes_a_traceback(tmp_path_factory, data):
    raw = bytearray(bad_inputs.GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 5))
        raw[at : at + length] = data.draw(st.binary(max_size=5) | CELLS.map(
            lambda text: text.encode("utf-8", "surrogatepass")))  # fmt: skip
    use(tmp_path_factory.getbasetemp() / "t.csv", bytes(raw))
