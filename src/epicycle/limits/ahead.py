"""What is said of the time beyond the data: a level that lives, and cycles that last."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class Ahead:
    """From the data to what comes after them."""

    fewest: int = decides(12, "values", "forecasts/shelf")
    """With fewer values the trend is continued as it was fitted."""
    nodes: int = decides(3000, "nodes", "forecasts/shelf")
    """Longer series: half of these are the latest values, half are means of those before."""
    same_time: float = decides(1e-3, "typical gap", "forecasts/shelf")
    """Values that are closer stand for one moment."""
    slowest: float = decides(3.0, "1/T", "forecasts/shelf")
    """Least rate at which a slope or an error is forgotten: slower ones are a walk."""
    changes: tuple[float, ...] = decides((0.03, 0.1, 0.2, 0.4, 0.8), "amplitude", "forecasts/shelf")
    """Changes of cycles over the baseline that are tried, in units of the amplitude."""
    stretches: tuple[float, ...] = decides((0.25, 0.125), "T", "forecasts/real")
    """Cycles go on changing where that would have forecast the last such stretches better."""
    turns_between: float = decides(1.5, "turns", "forecasts/shelf")
    """Coefficients of cycles that change have knots at least so far apart."""
    most_knots: int = decides(8, "knots", "forecasts/shelf")
    """And at most so many."""
    most_columns: int = decides(160, "columns", "forecasts/shelf")
    """Cycles change in as many knots as keep the columns of a fit below this."""
    rounds: int = decides(3, "rounds", "forecasts/shelf")
    """Lines are judged so many times, each beside strengths that follow from those before."""
    joint: int = decides(60_000, "numbers", "forecasts/shelf")
    """Up to so many, nodes times columns, lines are fitted along with every trial of strengths."""
    evaluations: int = decides(30, "trials", "forecasts/shelf")
    """Strengths are tried so often, for each number that is looked for."""
    strays: float = decides(
        30.0, "ratio", "forecasts/shelf", "derived: a walk has 4, an integrated walk 7"
    )
    """A level that may stray so much further in a quarter of the baseline than all of it did does
    not live: it is what lines that were not fitted look like."""
    positive_ratio: float = decides(1.5, "ratio", "forecasts/shelf")
    """Values that differ by less than this look alike on a logarithmic scale."""
    holidays_seen: int = decides(2, "days", "forecasts/responses")
    """Of a holiday fewer days tell nothing of the next."""
    holidays_apart: float = decides(1.5, "days", "forecasts/responses")
    """Samples further apart do not tell one day from another."""
    fewest_counts: int = decides(24, "values", "forecasts/responses")
    """Fewer whole numbers are not told from other values."""
    least_highest: float = decides(3.0, "counts", "forecasts/responses")
    """Whole numbers of which none is larger are yes or no, or grades, not counts."""
    many_counts: float = decides(25.0, "counts", "forecasts/responses")
    """Counts whose means hardly fall below this scatter like other values, by their logarithms."""
    seasons: int = decides(2, "turns", "forecasts/shelf")
    """A season that a series repeats is there at least so often."""
    longest_season: int = decides(400, "steps", "forecasts/shelf")
    """And at most so long."""
    seasons_tried: int = decides(3, "seasons", "forecasts/shelf")
    """Series are smoothed with so many seasons."""
    astray: float = decides(5.0, "deviations", "forecasts/shelf", "derived: once in 2e6")
    """A last value that is so far from what all others say of it is left out of what goes on."""
    scanned: int = decides(20_000, "values", "forecasts/shelf")
    """Seasons are told by so many of the latest values."""
    smoothed: int = decides(600, "values", "forecasts/shelf")
    """The latest values that are smoothed."""
    smoothed_seasons: int = decides(12, "seasons", "forecasts/shelf")
    """Or those of so many seasons, where these are more."""
    overwhelming: float = decides(25.0, "log odds", "forecasts/shelf", "derived: odds of 1e11")
    """By this a level with cycles is likelier than a series smoothed: the latter has no say."""
    missing: float = decides(0.05, "share", "forecasts/shelf")
    """Regular series of which more is missing are not smoothed."""
    origins: int = decides(4, "places", "forecasts/shelf")
    """Forecasts of both methods are compared from so many places before the end."""
    horizon: int = decides(8, "steps", "forecasts/shelf")
    """And so far ahead, or by a season where it is longer."""
    joint_season: int = decides(24, "steps", "forecasts/shelf")
    """The numbers at the start of longer seasons are not fitted along when series are smoothed."""


AHEAD = Ahead()
