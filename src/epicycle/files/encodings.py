"""Text in other encodings -> UTF-8, where it is safe: numbers and separators stay what they are."""

from __future__ import annotations

import codecs
import re

from epicycle.files.layout import ReadError

#: Bytes that are looked at together.
_CHUNK = 1 << 24

#: Marks at the beginning of a text, longer ones first, and what they say.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)

#: A letter of several bytes of UTF-8.
_OF_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)

#: Bytes that Windows-1252 has no letter for.
_OF_NONE = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

#: In a table of numbers so many bytes of all are no ASCII, at most.
_MOST = 0.2


def as_utf8(raw: bytes, name: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a text in UTF-8, and a remark where it was in another encoding.

    Text with a mark of UTF-16 or UTF-32 is what the mark says.  Text that is no UTF-8 and holds
    no letter of UTF-8 is taken for Windows-1252, which holds Latin-1: in it, and in every
    encoding of single bytes, digits and separators are the same, so that names alone may be wrong.

    Parameters
    ----------
    raw : bytes
        The text.
    name : str
        How messages call the file.

    Raises
    ------
    ReadError
        If a text is not what its mark says.
    """
    for mark, encoding, called in _MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(encoding).encode("utf-8"), (f"read as {called}",)
            except UnicodeError:
                raise ReadError(
                    f"{name} begins as {called} text, and is not. To fix this, save it as UTF-8."
                ) from None
    if raw.isascii() or _is_utf8(raw) or _OF_UTF8.search(raw) or _OF_NONE.search(raw):
        return raw, ()
    if len(raw) - len(raw.translate(None, bytes(range(128, 256)))) > _MOST * len(raw):
        return raw, ()
    told = "not UTF-8: read as Windows-1252 (save it as UTF-8 where names look wrong)"
    return raw.decode("cp1252").encode("utf-8"), (told,)


def _is_utf8(raw: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(raw), _CHUNK):
            decoder.decode(raw[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
