"""The result of :func:`epicycle.find_cycles`: what was found, and the model that it makes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from epicycle.results.covariates import CovariateEffect, effects_of
from epicycle.results.result import Result
from epicycle.results.schemas import damaged

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from epicycle.changing.rhythm import Rhythm


@dataclass(frozen=True, eq=False)
class CycleModel(Result):  # noqa: D101
    # What it holds is documented with the numbers; what stands here draws, tells and writes them.
    __doc__ = Result.__doc__

    @classmethod
    def of(cls, result: Result) -> CycleModel:
        """Return the numbers of a result as the model that users get."""
        return cls(**{f.name: getattr(result, f.name) for f in fields(result)})

    def table(self) -> str:
        """Return the cycles as a table in plain text."""
        from epicycle.views.tables import plain_table

        return plain_table(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON can hold it (schema "epicycle.cycles/1")."""
        from epicycle.files.documents import to_dict

        return to_dict(self)

    @staticmethod
    def from_dict(document: dict[str, Any]) -> CycleModel:
        """Return the model written by :meth:`to_dict`; it predicts, but holds no samples.

        Raises
        ------
        ValueError
            If the document is of another schema, incomplete, or damaged so that the model could
            not be told or predict.
        """
        from epicycle.files.documents import WRITER, from_dict

        model = CycleModel.of(from_dict(document))
        try:  # what its user would stumble over is found now, not then
            model.table()
            model.to_dict()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise damaged(error, WRITER) from None
        return model

    @property
    def covariate_effects(self) -> tuple[CovariateEffect, ...]:
        """What each covariate adds, with its error and p-value, in the order of their columns."""
        return effects_of(self)

    def track(self, cycle: int = 0, **options: Any) -> Rhythm:
        """Return one cycle as a rhythm whose phase, period and amplitude may change.

        What was found besides, but for lines near the cycle and its harmonics, is taken out first.

        Parameters
        ----------
        cycle : int
            Position of the cycle in `cycles`.
        **options
            Of :func:`epicycle.track`; by default the period within a quarter of that of the cycle.

        Raises
        ------
        TypeError, ValueError
            If there is no such cycle, the model holds no samples of one output, or these cannot
            be tracked.
        """
        from epicycle.changing.of_result import track_cycle

        return track_cycle(self, cycle, **options)

    def plot_spectrum(self, **options: Any) -> Figure:
        """Return a figure of the spectra, the threshold and the spectral window."""
        from epicycle.views import plots

        return plots.plot_spectrum(self, **options)

    def plot_fold(self, cycle: int = 0, **options: Any) -> Figure:
        """Return a figure of the data folded at the period of one cycle."""
        from epicycle.views import plots

        return plots.plot_fold(self, cycle, **options)

    def plot_fit(self, **options: Any) -> Figure:
        """Return a figure of data, model and residual against time."""
        from epicycle.views import plots

        return plots.plot_fit(self, **options)
