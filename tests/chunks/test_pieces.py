"""Chunks are checked, joined where they are small, and cut where they are large."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from epicycle.chunks import pieces
from epicycle.chunks.pieces import Piece, Reader
from epicycle.chunks.sources import Columns, source_of

T, Y = np.arange(8.0), np.arange(8.0) ** 2


def read(*chunks: Any, **options: Any) -> tuple[Reader, list[Piece]]:
    reader = Reader(source_of(list(chunks), Columns()), Columns(), **options)
    return reader, list(reader.pieces())


def test_rows_are_those_of_all_chunks_whatever_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_LEAST", 4)
    monkeypatch.setattr(pieces, "_MOST", 5)
    _, made = read((T, Y), (T[:1], Y[:1]), (T[:2], Y[:2]))
    assert [len(p) for p in made] == [5, 3, 3]
    assert np.concatenate([p.y for p in made]).tolist() == [*Y, *Y[:1], *Y[:2]]


def test_rows_without_a_value_are_left_out_and_counted() -> None:
    y = np.where(T == 3, np.nan, Y)
    weights = np.where(T == 5, 0.0, 2.0)
    reader, (piece,) = read((T, y, None, weights))
    assert piece.times.hi.tolist() == [0, 1, 2, 4, 6, 7]
    assert piece.relative is not None
    assert piece.relative.tolist() == [2] * 6
    assert reader.n_dropped == 2


def test_groups_keep_their_labels_from_chunk_to_chunk() -> None:
    reader, (piece,) = read(
        (T[:4], Y[:4], None, None, ["b", "a", "b", "b"]),
        (T[4:], Y[4:], None, None, pd.Series(["c", "a", "b", "c"])),
    )
    assert piece.group is not None
    assert [reader.labels[g] for g in piece.group] == list("babbcabc")


def test_times_keep_every_bit() -> None:
    reader, (piece,) = read((np.datetime64("2024-01-01", "ns") + np.arange(8), Y))
    steps = np.diff(piece.times.minus(float(piece.times.hi[0])).to_float()) * 86400e9
    np.testing.assert_allclose(steps, 1.0, rtol=1e-9)
    assert reader.scale is not None
    assert reader.scale.calendar


@pytest.mark.parametrize(
    ("chunks", "error", "message"),
    [
        ([(T, Y), (T, Y[:3])], ValueError, r"y of chunk 2 must have shape \(8,\)"),
        ([(T, np.where(T == 2, np.inf, Y))], ValueError, "y of chunk 1 has 1 .* infinite, .*row 2"),
        ([(T, Y), (T, Y, 0 * Y)], ValueError, "chunk 2 holds dy, t, y, and others hold t, y"),
        ([(T, Y, 0 * Y)], ValueError, "dy of chunk 1 has 8 values that are not positive"),
        ([(T, Y, None, -Y)], ValueError, "weights of chunk 1 has 7 values that are negative"),
        ([(T, Y, Y + 1, Y + 1)], ValueError, "dy and weights were both given"),
        ([(np.where(T == 1, np.nan, T), Y)], ValueError, "t of chunk 1 has 1 values that are NaN"),
        ([(T, Y), (pd.to_datetime(T), Y)], TypeError, "t of chunk 2 is of another kind"),
        ([(T, ["x"] * 8)], TypeError, "y of chunk 1 must be real numbers"),
        ([(T, 1e80 * Y)], ValueError, "y of chunk 1 has values of size"),
        ([(T, Y, None, None, [None, *"abcdefg"])], ValueError, "group of chunk 1 must have one"),
        ([(np.arange(40), np.arange(40), None, None, np.arange(40))], ValueError, "more than 32"),
    ],
)
def test_what_cannot_be_used_is_named(chunks: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read(*chunks)
