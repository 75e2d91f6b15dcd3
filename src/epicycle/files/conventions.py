"""How a table is written, as far as the user says so: dates, decimal commas, missing values.

The options of the command line that say so are in :mod:`epicycle.cli.table_options`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Conventions:
    """What the user says of how a table is written; all of it is told by the table where it can be.

    What may mean two things is refused until it is said: whether 01/05/2024 is in May, and whether
    1,234 is more than a thousand.

    Attributes
    ----------
    date_format : str or None
        How dates are written, in the codes of :meth:`datetime.datetime.strptime`.
    dayfirst : bool or None
        Whether the day comes before the month in dates such as 01/05/2024; None if not said.
    missing : tuple of str
        Words and numbers that stand for a missing value; "none" where no number does.
    strip : tuple of str
        What is taken off numbers: units, signs of currencies.
    decimal : str or None
        The mark of decimals, "." or ","; None if not said.
    """

    date_format: str | None = None
    dayfirst: bool | None = None
    missing: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    decimal: str | None = None


#: Nothing is said.
NOTHING_SAID = Conventions()
