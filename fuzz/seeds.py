"""The first inputs of each target, made here: simulated tables, models and random bytes."""

from __future__ import annotations

import gzip
import io
import json
import math
import random
from collections.abc import Callable
from functools import cache

import numpy as np

from epicycle import find_cycles
from epicycle.files import model_files


def table(n: int = 40, separator: str = ",", times: str = "time_h", error: bool = False) -> str:
    """Return a table with a cycle of 7.3 hours."""
    draw = random.Random(n)
    rows = [separator.join([times, "level", *(["level_err"] if error else [])])]
    for k in range(n):
        t = k + round(draw.random(), 3)
        y = round(5 + 2 * math.sin(2 * math.pi * t / 7.3) + draw.gauss(0, 0.3), 3)
        rows.append(separator.join([str(round(t, 3)), str(y), *(["0.3"] if error else [])]))
    return "\n".join(rows) + "\n"


def dated(ending: str = "", n: int = 12, clock: str = "T{:02d}:30:00") -> str:
    """Return a table with a date in each row."""
    rows = [f"2024-03-{28 + k // 6 if k < 24 else 31}{clock.format(4 * (k % 6))}{ending}"
            for k in range(n)]  # fmt: skip
    return "date,v\n" + "".join(f"{row},{k % 5}\n" for k, row in enumerate(rows))


def tables() -> list[bytes]:
    """Return delimited text of many kinds, most of it right."""
    plain = table().encode()
    texts = [
        *(table(30, separator) for separator in (",", ";", "\t", " ", "  ")),
        table(20, error=True),
        table(20, times="jd"),
        table(12).replace("\n", "\r\n"),
        table(12).replace("\n", "\r"),
        "# made up\n# time level\n" + table(12).partition("\n")[2].replace(",", " "),
        '"time, h","le""vel"\n' + table(12).partition("\n")[2],
        "time,v\n1,\n2,NA\n3,-\n4,1\n5,2\n6,1\n",
        "time,v\n1,2\n2,inf\n3,1e400\n4,0x10\n5,1_000\n",
        "date,v\n20240101,1\n20240102,2\n20240103,3\n",
        "time,v\n9007199254740993,1\n9007199254740994,2\n9223372036854775807,3\n",
        dated(),
        dated("Z"),
        dated("+05:30"),
        dated(clock=""),
        "date,v\n2024-W01,1\n0001-01-01,2\n9999-12-31T24:00,3\n",
        "t,v\n1 days,1\n2 days,2\n3 days 04:05,3\n",
    ]
    return [
        b"", b"\n", plain, b"\xef\xbb\xbf" + plain, gzip.compress(plain, mtime=0),
        gzip.compress(plain, mtime=0)[:60], b"SIMPLE  =" + bytes(80), b"PK\x03\x04" + bytes(80),
        table(8).encode("utf-16"), b"PAR1" + bytes(20),
        "zeit,höhe\n1,2\n2,3\n3,4\n".encode("latin-1"), *(text.encode() for text in texts),
    ]  # fmt: skip


def parquets() -> list[bytes]:
    """Return small tables as Parquet."""
    import pandas as pd

    stamps = pd.date_range("2024-01-01", periods=9, freq="h")
    frames = [
        pd.DataFrame({"time": np.arange(9.0), "v": np.arange(9) % 4}),
        pd.DataFrame({"v": np.arange(9) % 4}, index=stamps.tz_localize("Europe/Berlin")),
        pd.DataFrame({"t": np.arange(9, dtype="int8"), "v": list("abcabcabc")}),
        pd.DataFrame({"t": stamps - stamps[0], "v": pd.array([1, None, 2] * 3, dtype="Int64")}),
    ]
    result = []
    for frame in frames:
        buffer = io.BytesIO()
        frame.to_parquet(buffer)
        result.append(buffer.getvalue())
    return result


def _saved(t: object, y: object, **options: object) -> bytes:
    model = find_cycles(t, y, max_cycles=2, harmonics=2, **options)  # type: ignore[arg-type]
    origin = model_files.Provenance(
        file="t.csv", sha256="0" * 64, columns={"time": "t", "values": ["v"]}, options={}
    )
    return model_files.dumps(model_files.SavedModel(model, origin)).encode()


@cache
def models() -> tuple[bytes, ...]:
    """Return model files: of numbers, of dates, of groups, of events, and one without cycles."""
    import pandas as pd

    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 60, 40))
    y = 5 + 2 * np.sin(2 * np.pi * t / 7.3) + 0.3 * rng.normal(size=40)
    stamps = pd.Timestamp("2024-03-20", tz="Europe/Berlin") + pd.to_timedelta(t.round(3), unit="h")
    events = np.sort(rng.uniform(0, 90, 300))
    events = events[np.sin(2 * np.pi * events / 3) > rng.uniform(-1, 1, 300)]
    return (
        _saved(t, y, unit="h"),
        _saved(stamps, y, unit="h", clock="local"),
        _saved(t, y, group=np.arange(40) % 2, trend=2),
        _saved(t, np.stack([y, -y], axis=1)),
        _saved(events, None),
        _saved(t, rng.normal(size=40)),
    )


def parts() -> list[bytes]:
    """Return damage: how much is kept, what is changed, and what is added."""
    return [b"", b"\x10\x00", b"\xff\xff\x01\x20\x00x", b"\xff\xff\x00{}\n", *noise(4, 30)]


def stamps() -> list[bytes]:
    """Return lines of times, beginnings and ends of ranges."""
    lines = [
        "2024-03-31 2024-04-01 1h Europe/Berlin", "0 10 0.5 UTC", "-1e9 1e9 1e3 x",
        "2024-03-31T02:30:00 2024-03-31T03:30:00+02:00 15min America/Sao_Paulo",
        "0001-01-01 9999-12-31 1y Asia/Kathmandu", "20240101T00 2024-001 1ns Etc/GMT+12",
        "1677-09-21T00:12:43.145224193 2262-04-11 1ms ../../etc/passwd", "nan inf -1 ",
    ]  # fmt: skip
    spaced = "2024-03-31 02:30:00\n2024-03-31 03:30:00+0200\n0.5 d\nUTC"
    return [spaced.encode(), *("\n".join(line.split(" ")).encode() for line in lines)]


def noise(n: int = 12, length: int = 240) -> list[bytes]:
    """Return random bytes, for targets that draw from them."""
    rng = random.Random(7)
    return [rng.randbytes(rng.randint(1, length)) for _ in range(n)]


def commands(files: Callable[[], list[bytes]] = tables) -> list[bytes]:
    """Return options, in random bytes behind their number, and a file."""
    rng = random.Random(8)
    result = []
    for file in files():
        for length in (0, rng.randint(1, 40)):
            result.append(bytes([length]) + rng.randbytes(length) + file)
    return result


def words() -> list[str]:
    """Return what mutations insert: words of tables and of model files."""
    document = json.loads(models()[1])
    keys = sorted({*document, *document["result"], *document["result"]["model"]})
    return [
        *(",", ";", "\t", "\n", "\r\n", '"', "#", "NaN", "inf", "1e400", "-0.0", "NA", "null"),
        *("time", "date", "jd", "err", "value", "T24:00", "+05:30", "Z", "2024-02-30", "99999999"),
        *("\xef\xbb\xbf", "\x1f\x8b", "PAR1", "\ufeff", "١٢", "−1", "½", "true", "[]", "{}"),
        *(f'"{key}"' for key in keys),
    ]
