"""What tests of a search begin with: sinusoids in noise, and what searches them."""

from __future__ import annotations

from typing import Any

from epicycle.limits import SEARCH
from epicycle.samples.arrays import Floats
from epicycle.samples.data import Data
from epicycle.search.planner import Effort
from epicycle.search.searcher import Searcher
from epicycle.spectra.bands import Candidates
from epicycle.spectra.plan import SearchPlan, grid
from generators import sinusoids

#: A power that noise reaches next to never.
ENOUGH = 45.0


class Setting:
    """A searcher of sinusoids in noise, with the residual of the mean."""

    def __init__(
        self,
        lines: list[tuple[float, float]],
        n: int = 400,
        baseline: float = 1e5,
        asked: str = "auto",
        budget: float = 2.0**29,
        highest: float = 0.5,
        **options: Any,
    ) -> None:
        self.data: Data = sinusoids(5, n, baseline, lines, 1.0).data()
        spacing = 1 / (SEARCH.points_per_peak * self.data.baseline)
        self.plan: SearchPlan = grid(5 / baseline, highest, spacing)
        self.searcher = Searcher(self.data, self.plan, Effort(asked, budget, None), **options)
        self.residual: Floats = self.data.y - self.data.y.mean()
        self.scale: Floats = self.residual.var(axis=0)

    def search(self, **options: Any) -> Candidates:
        return self.searcher.search(self.residual, self.scale, ENOUGH, **options)
