"""Names and other text of a user, made safe to show: nothing in it is obeyed by who shows it.

Columns, labels, ids, units and files are called as they please, by anybody.  Escape sequences that
a terminal obeys, marks that turn the direction of writing, and other characters that nobody sees
are shown in letters.
"""

from __future__ import annotations

#: Characters of a name that a table or a picture shows.
LONGEST = 80


def visible(text: str) -> str:
    r"""Return text of any number of lines with what is not printable in letters.

    Examples
    --------
    >>> visible("a\x1b[2J b\u202ec")
    'a\\x1b[2J b\\u202ec'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else in_letters(c) for c in text)


def in_line(text: str, longest: int = LONGEST) -> str:
    r"""Return text for one line: visible, without breaks, the middle of a long one left out.

    Examples
    --------
    >>> in_line("two\nlines")
    'two\\nlines'
    >>> in_line("x" * 1000, longest=7)
    'xxx…xxx'
    """
    if len(text) > longest:
        half = (longest - 1) // 2
        text = f"{text[:half].rstrip()}…{text[-half:].lstrip()}"
    return visible(text).replace("\n", r"\n")


def in_letters(character: str) -> str:
    r"""Return a character as the escape sequence that stands for it in Python, such as ``\x1b``."""
    return ascii(character)[1:-1]
