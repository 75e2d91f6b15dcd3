"""Targets that read files: tables, model files, the parts of unfinished work, time stamps."""

from __future__ import annotations

import json
import math
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from draws import ODD_NUMBERS, Draws
from epicycle import CycleModel, find_cycles
from epicycle.files import instants, model_files
from epicycle.files.ahead import read_times
from epicycle.files.model_checks import ModelFileError
from epicycle.files.reading import ReadError, read_table
from epicycle.files.writing import OutputError
from epicycle.many.parts import Parts
from epicycle.samples.times import UNIT_SECONDS, parse_times
from epicycle.views.tables import plain_table
from properties import Finding, check_model, nothing_executed, refused

_FOLDER = tempfile.TemporaryDirectory(prefix="epicycle-fuzz-")
_FILE = Path(_FOLDER.name) / "t"

#: The searches that follow a read are small ones.
QUICK: dict[str, Any] = {"max_cycles": 1, "harmonics": 1, "max_frequencies": 1e4}


def csv(raw: bytes) -> None:
    """A table of any bytes is read and searched, or refused in one line."""
    _FILE.write_bytes(raw)
    with nothing_executed():
        refused(lambda: read_times(_FILE, None, "time"), ReadError)
        table = refused(lambda: read_table(_FILE), ReadError)
    _use(table)


def parquet(raw: bytes) -> None:
    """Read the same as Parquet: a table of odd columns, damaged or not.

    What pyarrow does with a damaged file is mostly its own affair: exceptions of any kind are
    told, but a crash of its compiled code cannot be.
    """
    import pandas as pd

    draws = Draws(raw)
    n = draws.whole(0, 12)
    columns: dict[str, Any] = {}
    for k in range(draws.whole(0, 4)):
        name = draws.word(("time", "v", "err", "t_h", "date", "jd", "", str(k)))
        columns[name] = _odd_column(draws, n)
    frame = pd.DataFrame(columns)
    index = _odd_column(draws, n) if draws.one_in(4) and n and columns else None
    try:
        if index is not None:
            frame = frame.set_index(pd.Index(index))
        frame.to_parquet(_FILE)
    except (ValueError, TypeError, OverflowError, NotImplementedError):
        return  # cannot be written
    except Exception as error:
        if type(error).__module__.startswith("pyarrow"):
            return
        raise
    damaged = bytearray(_FILE.read_bytes())
    for _ in range(draws.whole(0, 2) if draws.one_in(3) else 0):
        damaged[draws.whole(4, 65535) % len(damaged)] ^= draws.take(1)[0]
    _FILE.write_bytes(damaged)
    refused(lambda: read_times(_FILE, None, "time"), ReadError)
    _use(refused(lambda: read_table(_FILE), ReadError))


def _odd_column(draws: Draws, n: int) -> Any:
    import pandas as pd

    kind = draws.whole(0, 9)
    wholes = [draws.whole(-20, 40) for _ in range(n)]
    if kind == 0:
        return np.arange(n, dtype=draws.pick(["int8", "uint64", "float32", "float16", "float64"]))
    if kind == 1:
        return np.array([draws.number() for _ in range(n)])
    if kind == 2:
        start = draws.pick(["2024-03-31", "1700-01-01", "2261-01-01"])
        unit = draws.pick(["h", "D", "ns"])
        zone = draws.pick([None, "UTC", "Europe/Berlin"])
        return pd.Timestamp(start, tz=zone) + pd.to_timedelta(wholes, unit=unit)
    if kind == 3:
        return pd.to_timedelta(wholes, unit=draws.pick(["h", "D", "ns"]))
    if kind == 4:
        return pd.array([None if w % 5 == 0 else w for w in wholes], dtype="Int64")
    if kind == 5:
        return [draws.word(("a", "1", "2024-01-01", "1,5", "12:00")) for _ in range(n)]
    if kind == 6:
        return pd.Categorical([w % 3 for w in wholes])
    if kind == 7:
        return [bool(w % 2) for w in wholes]
    if kind == 8:
        return [[w] if w % 2 else None for w in wholes]
    return [draws.pick([b"x", None]) for _ in range(n)]


def _use(table: Any) -> None:
    """Search a table: the library may refuse."""
    if table is None:
        return
    model = refused(
        lambda: find_cycles(table.t, table.y, table.dy, unit=table.unit, **QUICK),
        TypeError,
        ValueError,
    )
    if model is not None:
        check_model(model)


# ---- Model files ---------------------------------------------------------------------------


def model(raw: bytes) -> None:
    """Any bytes are a model that predicts and is written as it was read, or are refused."""
    with nothing_executed():
        saved = refused(lambda: model_files.loads(raw, tell=plain_table), ModelFileError)
    if saved is None:
        return
    check_model(CycleModel.of(saved.model))
    text = model_files.dumps(saved)
    if model_files.dumps(model_files.loads(text.encode())) != text:
        raise Finding("a model is not read as it was written")
    scale = saved.model.predictor.scale
    for first, last in (("0", "10"), ("2024-03-30", "2024-04-01"), ("-1e9", "1e9")):
        times = refused(lambda a=first, b=last: instants.regular(a, b, None, scale), ValueError)
        if times is not None:
            refused(lambda t=times: saved.model.predict(t), TypeError, ValueError)


def mutate_model(raw: bytes, most: int, seed: int) -> bytes | None:
    """Change one value in a document of JSON, or return None where there is none."""
    try:
        document = json.loads(raw)
        random_choice = random.Random(seed)
        inner: Any = document
        if not isinstance(document, (dict, list)):
            return None
        for _ in range(random_choice.randint(1, 8)):
            keys = list(inner) if isinstance(inner, dict) else range(len(inner))
            key = random_choice.choice(list(keys))
            if not (isinstance(inner[key], (dict, list)) and inner[key]):
                break
            if random_choice.random() < 0.1:
                break
            inner = inner[key] if random_choice.random() < 0.95 else inner
        others = [*ODD_NUMBERS, None, True, "", "UTC", [], {}, 0, -1, 2**63, 10**400, [[1.0]]]
        way = random_choice.random()
        if way < 0.15:
            inner.pop(key)
        elif way < 0.3 and isinstance(inner, list):
            inner.insert(key, inner[key])
        elif way < 0.5 and isinstance(inner[key], (int, float)):
            inner[key] = inner[key] * random_choice.choice([-1, 0.5, 2, 1e6, 1e-6, 1e290, 1e-290])
        else:
            inner[key] = random_choice.choice(others)
        result = json.dumps(document).encode()
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return None
    return result if len(result) <= most else None


# ---- Unfinished work -----------------------------------------------------------------------

_DOCUMENTS = [
    {"id": k if k % 2 else f"s\n{k}", "cycles": [], "n_samples": 10 * k, "x": [0.1] * (k % 4)}
    for k in range(12)
]


def resume(raw: bytes) -> None:
    """However the parts are damaged, those that are taken up again are what was kept."""
    draws = Draws(raw)
    output = Path(_FOLDER.name) / "o.jsonl"
    parts = Parts(output, "these")
    parts.path.unlink(missing_ok=True)
    with parts:
        parts.add(list(enumerate(_DOCUMENTS)))
    whole = bytearray(parts.path.read_bytes())
    kept = draws.whole(0, len(whole))
    for _ in range(draws.whole(0, 3)):
        whole[draws.whole(0, 65535) % len(whole)] ^= draws.take(1)[0]
    parts.path.write_bytes(whole[:kept] + draws.rest())

    def finish() -> list[Any]:
        with Parts(output, "these") as again:
            missing = [k for k in range(len(_DOCUMENTS)) if k not in again]
            again.add([(k, _DOCUMENTS[k]) for k in missing])
            return list(again.in_order())

    documents = refused(finish, OutputError)
    if documents is not None and documents != _DOCUMENTS:
        raise Finding(f"damaged parts were taken for whole ones: {documents}")


# ---- Time stamps ---------------------------------------------------------------------------


def stamps(raw: bytes) -> None:
    """Words for times, steps and zones are understood or refused; times come back as they were."""
    words = [*raw.decode("utf-8", "replace").splitlines(), "", "", "", ""]
    first, last, step, zone = words[:4]
    _FILE.write_text(f"time,v\n{first},1\n{last},2\n{zone},3\n", encoding="utf-8")
    with nothing_executed():
        read = refused(lambda: read_times(_FILE, "time", "time"), ReadError)
    _FILE.write_text(f"time,v\n{first},1\n{last},2\n", encoding="utf-8")
    for times in (read, refused(lambda: read_times(_FILE, "time", "time"), ReadError)):
        if times is None:
            continue
        told = refused(lambda t=times[0]: instants.in_named_zone(t, zone), ValueError)
        for t in (times[0], told):
            if t is not None:
                _parse(t, step)
    for start in ("2024-01-01", first):
        scale = _scale(start)
        if scale is not None:
            regular = refused(
                lambda s=scale: instants.regular(first, last, step or None, s), ValueError
            )
            if regular is not None and len(regular) < 10_000:
                _parse(regular, "h")


def _scale(start: str) -> Any:
    import pandas as pd

    try:
        t = pd.DatetimeIndex([start])
    except (ValueError, OverflowError, TypeError):
        t = np.array([0.0])
    made = refused(lambda: parse_times(t), TypeError, ValueError)
    return None if made is None else made[1]


def _parse(t: Any, unit: str) -> None:
    for clock in ("elapsed", "local"):
        made = refused(lambda c=clock: parse_times(t, unit=unit or None, clock=c), TypeError,
                       ValueError)  # fmt: skip
        if made is None:
            continue
        times, scale = made
        numbers = times.to_float()
        if not np.isfinite(numbers).all():
            raise Finding(f"times that are no numbers: {numbers}")
        again = scale.parse(t)
        if not np.array_equal(again.to_float(), numbers):
            raise Finding("times are read in two ways")
        seconds = abs(numbers) * float(UNIT_SECONDS.get(scale.unit, 1))
        if scale.calendar and (seconds > 6e10).any():
            continue  # beyond Python's calendar, which find_cycles refuses
        for value in numbers[:3]:
            back = scale.to_user(float(value))
            if not scale.calendar and not math.isclose(back, value):
                raise Finding(f"{value} came back as {back}")
