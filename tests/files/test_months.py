"""Tables with a row for each year and a column for each month."""

from pathlib import Path

import numpy as np
import pytest

from epicycle.files.reading import ReadError, read_table

NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def written(path: Path, heads: list[str], rows: list[str]) -> Path:
    file = path / "t.csv"
    file.write_text(",".join(heads) + "\n" + "".join(f"{row}\n" for row in rows))
    return file


@pytest.mark.parametrize("names", [NAMES, [str(k) for k in range(1, 13)], ["January", *NAMES[1:]]])
def test_months_are_read_below_one_another(tmp_path: Path, names: list[str]) -> None:
    rows = [f"{y}," + ",".join(str(100 * y + m) for m in range(1, 13)) for y in (1990, 1991)]
    table = read_table(written(tmp_path, ["Year", *names], rows))
    assert table.y.ravel().tolist() == [100 * y + m for y in (1990, 1991) for m in range(1, 13)]
    assert [str(t)[:10] for t in np.asarray(table.t)[[0, 1, 23]]] == [
        "1990-01-01",
        "1990-02-01",
        "1991-12-01",
    ]
    assert any("each month of each year" in said for said in table.remarks)


def test_other_columns_are_told_and_lines_named(tmp_path: Path) -> None:
    one, bad = ",".join("123456789012"), ",".join("12345x789012")
    heads = ["Year", *NAMES, "Annual"]
    table = read_table(written(tmp_path, heads, [f"1990,{one},4", f"1991,{one},4"]))
    assert len(table.y) == 24
    assert any("left out: Annual" in said for said in table.remarks)
    with pytest.raises(ReadError, match=r"line 3 \('x'\)"):
        read_table(written(tmp_path, heads, [f"1990,{one},4", f"1991,{bad},4"]))


def test_a_month_that_is_named_and_tables_with_fewer_are_as_they_were(tmp_path: Path) -> None:
    one = ",".join("123456789012")
    file = written(tmp_path, ["Year", *NAMES], [f"{y},{one}" for y in range(1990, 2000)])
    assert len(read_table(file, values=["Jul"]).y) == 10
    file = written(tmp_path, ["Year", *NAMES[:3]], [f"{y},1,2,3" for y in range(1990, 2000)])
    assert len(read_table(file).y) == 10
    # a marker is no March
    heads = ["Year", *["marker" if n == "Mar" else n for n in NAMES]]
    assert len(read_table(written(tmp_path, heads, [f"1990,{one}", f"1991,{one}"])).y) == 2
