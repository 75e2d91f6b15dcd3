"""Times to predict at: ranges, tables and zones."""

import numpy as np
import pandas as pd

from tests.commands import refusal, run, samples, table


def dated_table(zone: str = "+00:00") -> str:
    t, y = samples()
    moments = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.round(t * 3600), unit="s")
    return table("time,level", [m.isoformat() + zone for m in moments], y)


def test_dates_keep_their_zone(tmp_path):
    path, output = tmp_path / "d.csv", tmp_path / "m.json"
    path.write_text(dated_table("+02:00"))
    assert run("fit", path, "--unit", "h", "-o", output, "-q").exit_code == 0
    span = ("--to", "2024-03-02T00:00", "--step", "6h", "-q")
    local = run("predict", output, "--from", "2024-03-01", *span).stdout
    assert local.splitlines()[1].startswith("2024-03-01T00:00:00+02:00,")
    # the same instants, named in another zone
    utc = ("--from", "2024-02-29T22:00Z", "--to", "2024-03-01T22:00Z", "--step", "6h", "-q")
    assert run("predict", output, *utc).stdout == local
    when = tmp_path / "w.csv"
    when.write_text("time\n2024-03-01T00:00\n2024-03-01T06:00\n")
    at = run("predict", output, "--at", when, "-q").stdout.splitlines()
    assert [row.split(",")[0] for row in at] == [r.split(",")[0] for r in local.splitlines()[:3]]
    for one, other in zip(at[1:], local.splitlines()[1:3], strict=True):
        # fewer times are summed in another order
        np.testing.assert_allclose(
            np.array(one.split(",")[1:], float), np.array(other.split(",")[1:], float), rtol=1e-12
        )
    # 2024-03-01T00:00+02:00 is sample time 0 in hours
    value = float(local.splitlines()[1].split(",")[1])
    assert abs(value - 5) < 0.8


def test_a_zone_that_the_data_did_not_have_is_refused(tmp_path):
    path, output = tmp_path / "d.csv", tmp_path / "m.json"
    path.write_text(dated_table(""))
    assert run("fit", path, "-o", output, "-q").exit_code == 0
    message = refusal("predict", output, "--from", "2024-03-01Z", "--to", "2024-03-02Z")
    assert "--from" in message
    message = refusal("predict", output, "--from", "2024-03-01T00:00Z", "--to", "2024-03-02")
    assert "leave the zone out" in message
