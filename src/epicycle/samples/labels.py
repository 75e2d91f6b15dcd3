"""Labels of groups and of series: which of them are the same, and what each is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epicycle.limits import INPUTS


def numbered(labels: Iterable[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the number of each sample's label, by first appearance, and the labels.

    Labels are the same where they are of one type and written alike: 1 and "1" are two of them,
    and so are 1 and 1.0, whose text differs.

    Parameters
    ----------
    labels : iterable of shape (n,)
        One for each sample; numpy's scalars count as the Python objects that they stand for.

    Returns
    -------
    codes : ndarray of int, shape (n,)
    distinct : list
    """
    plain = [v.item() if isinstance(v, np.generic) else v for v in labels]
    kinds = set(map(type, plain))
    # of one of these types, each label is its own key
    alone = len(kinds) == 1 and kinds <= {str, int, bool}
    keys = plain if alone else [_key(v) for v in plain]
    number: dict[Any, int] = {}
    codes = np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.intp)
    first = np.unique(codes, return_index=True)[1]
    return codes, [plain[k] for k in first.tolist()]


def check_lengths(labels: Iterable[Any], name: str) -> None:
    """Refuse labels that are longer than names are.

    Raises
    ------
    ValueError
        If one is.
    """
    longest = max((len(v) for v in labels if isinstance(v, str)), default=0)
    if longest > INPUTS.label:
        raise ValueError(
            f"{name} has a label of {longest:,} characters: expected at most {INPUTS.label:,}. "
            f"To fix this, pass shorter ones."
        )


def names_of(labels: Iterable[Any]) -> tuple[str, ...]:
    """Return the name of each label: its text; with its type where another one has the same text.

    Beside the text "1", the number 1 is called "1 (int)".
    """
    labels = list(labels)
    shared = Counter(map(str, labels))
    return tuple(
        str(v) if isinstance(v, str) or shared[str(v)] == 1 else f"{v} ({type(v).__name__})"
        for v in labels
    )


def finder(labels: Iterable[Any]) -> Callable[[Any], int | None]:
    """Return a function that finds the place of a label, by itself or by its name."""
    labels = list(labels)
    places = {name: k for k, name in enumerate(names_of(labels))}
    places |= {_key(label): k for k, label in enumerate(labels)}

    def place(label: Any) -> int | None:
        plain = label.item() if isinstance(label, np.generic) else label
        found = places.get(_key(plain))
        return places.get(str(plain)) if found is None else found

    return place


def _key(label: Any) -> Any:
    """Return what two labels have in common where they are one; text is its own key."""
    return label if type(label) is str else (type(label), str(label))
