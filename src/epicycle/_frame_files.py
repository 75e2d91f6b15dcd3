"""Tables as files: CSV, JSON or Parquet, by the ending of their name."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epicycle._whole_files import OutputError, check_output, write_text, written_whole

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".json", ".parquet")


def check_table(path: Path) -> None:
    """Refuse, before the work, a table that could not be written after it.

    Raises
    ------
    OutputError
        If its ending is none of :data:`ENDINGS`, or it cannot be where it should.
    """
    check_output(path, "--output", ENDINGS)
    if path.name.lower().endswith(".parquet") and find_spec("pyarrow") is None:
        raise OutputError(
            f"--output {path} needs pyarrow to be written. "
            f"To fix this, pip install 'epicycle[parquet]', or write CSV."
        )


def write_table(frame: pd.DataFrame, path: Path, about: dict[str, Any]) -> None:
    """Write a table; JSON documents begin with what is said `about` it.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    name = path.name.lower()
    if name.endswith(".parquet"):
        with written_whole(path, "--output") as unfinished:
            frame.to_parquet(unfinished, index=False)
    elif name.endswith(".json"):
        write_text(as_json(frame, about), path, "--output")
    else:
        write_text(as_csv(frame), path, "--output")


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV, dates in ISO 8601 and numbers to their last digit."""
    return str(_with_iso_dates(frame).to_csv(index=False, lineterminator="\n"))


def as_json(frame: pd.DataFrame, about: dict[str, Any]) -> str:
    """Return a table as one document of JSON, a record for each row."""
    dated = _with_iso_dates(frame)
    columns = [dated[name].tolist() for name in dated.columns]
    # row by row, for so many dictionaries take several times the memory of their text
    rows = (
        json.dumps(dict(zip(dated.columns, row, strict=True)), allow_nan=False)
        for row in zip(*columns, strict=True)
    )
    opened = json.dumps({**about, "predictions": []}, allow_nan=False).removesuffix("]}")
    return f"{opened}{', '.join(rows)}]}}\n"


def _with_iso_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its dates as text: 2024-03-31T18:00:00+02:00."""
    result = frame.copy()
    for name in frame.columns:
        if frame[name].dtype.kind == "M" or hasattr(frame[name].dtype, "tz"):
            result[name] = [moment.isoformat() for moment in frame[name]]
    return result
