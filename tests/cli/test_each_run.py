"""What the results of a run depend on."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from epicycle.cli.each import ScreenEach, SearchEach
from epicycle.cli.each_run import Run, asked_of
from epicycle.cli.options import SearchOptions

OPTIONS = SearchOptions(file="a.csv", min_period=2.0)


def test_results_depend_on_what_is_asked_and_not_on_where_it_stands():
    assert asked_of(OPTIONS) == asked_of(replace(OPTIONS, file="b.csv", max_table=3.0))
    assert asked_of(OPTIONS) != asked_of(replace(OPTIONS, min_period=3.0))


def test_the_unit_of_the_table_is_part_of_what_is_asked():
    run = Run(OPTIONS, "id", Path("o"), {"trend": 1}, ScreenEach(), 3, True)
    table = SimpleNamespace(unit="h", clock=None, guesses=(), remarks=(), ignored=(), others=())
    arguments = run.arguments(replace_unit(table))
    assert (arguments["trend"], arguments["unit"]) == (1, "h")
    assert run.workers == 3
    assert run.facts(arguments) != replace(run, kind=SearchEach()).facts(arguments)


def replace_unit(table: SimpleNamespace) -> SimpleNamespace:
    """Return a table that has what is asked of it, and no values."""
    return SimpleNamespace(**vars(table), value_columns=(), name="a.csv")
