"""What documents of every schema share: the check of the schema, and names of time zones."""

from __future__ import annotations

import datetime as dt
import reprlib
from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

Read = TypeVar("Read")


def read_document(
    document: Any, schema: str, writer: str, read: Callable[[dict[str, Any]], Read]
) -> Read:
    """Return what `read` makes of a document of a schema.

    Raises
    ------
    ValueError
        If the document is of another schema, or incomplete; `writer` is what wrote good ones.
    """
    if not isinstance(document, dict) or document.get("schema") != schema:
        got = document.get("schema") if isinstance(document, dict) else type(document).__name__
        raise ValueError(
            f"the document must have the schema {schema!r}, got {reprlib.repr(got)}. "
            f"To fix this, pass what {writer} wrote."
        )
    try:
        return read(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"the document is not complete ({type(error).__name__}: {error}). "
            f"To fix this, pass what {writer} wrote."
        ) from None
    except (ArithmeticError, LookupError, ValueError) as error:
        raise damaged(error, writer) from None


def damaged(error: Exception, writer: str) -> ValueError:
    """Return the refusal of a document in whose values something stumbled."""
    reason = " ".join(str(error).split())[:200]
    kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
    return ValueError(
        f"the document is not complete or is damaged ({kind}{reason}). "
        f"To fix this, pass what {writer} wrote."
    )


def timezone(name: str | None) -> dt.tzinfo | None:
    """Return the time zone of a document: a place, or an offset such as "UTC+02:00"."""
    if name is None:
        return None
    if name == "UTC":
        return dt.UTC
    if name.startswith("UTC") and ":" in name:  # a fixed offset, such as UTC+02:00
        return dt.datetime.strptime(name[3:], "%z").tzinfo
    return ZoneInfo(name)
