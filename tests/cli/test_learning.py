"""The commands that learn: documents, tables, live progress, refusals and exit codes."""

import json
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from epicycle.cli import commands as cli
from epicycle.cli import learning
from epicycle.problems import Sine
from epicycle.problems.designs import design

#: The keys that programs outside rely on.
DOCUMENT = {"schema", "frequency", "learned", "loss", "batches", "seconds", "baselines"}
BASELINE = {"title", "loss", "loss_beyond", "learned", "batches", "seconds", "parameters"}


def run(*args: object):
    """Run the command in this process, and check what holds for every run."""
    result = CliRunner().invoke(cli.app, [str(a) for a in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def document(*args: object) -> dict:
    result = run("sin", "--json", *args)
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert set(found) == DOCUMENT
    assert found["schema"] == "epicycle.sin/1"
    return {**found, "exit_code": result.exit_code}


@pytest.mark.parametrize(
    ("frequency", "span", "seed"), [(31.0, 1000.0, 0), (-310.0, 100.0, 1), (0.5, 1000.0, 2)]
)
def test_the_frequency_is_learned(frequency: float, span: float, seed: int) -> None:
    found = document(
        "--frequency", frequency, "--span", span, "--seed", seed, "--against", "", "--seconds", 30
    )
    assert found["exit_code"] == 0
    assert found["frequency"] == frequency
    # a loss of 1e-10 is a phase error of 1e-5 root mean square, x having a spread of span/√3
    assert found["learned"] == pytest.approx(frequency, abs=3e-5 / span)
    assert 0 <= found["loss"] <= 1e-10
    assert found["batches"] <= 20
    assert found["baselines"] == {}


def test_baselines_run_beside_it_and_fail() -> None:
    found = document("--against", "sgd, time2vec,sgd", "--seconds", 0.3, "--seed", 4)
    assert found["learned"] == pytest.approx(31)
    assert list(found["baselines"]) == ["sgd", "time2vec"]  # each once, in the order asked for
    for baseline in found["baselines"].values():
        assert set(baseline) == BASELINE
        assert baseline["loss"] > 0.4  # 1/2 is the loss of a network that always says 0
        assert baseline["seconds"] >= 0.3
        assert baseline["batches"] >= 1
    sgd = found["baselines"]["sgd"]
    assert sgd["parameters"] == 1
    assert sgd["loss"] > 0.9
    # the document is of the network that was trained: its loss is that of its frequency
    assert sgd["loss"] == pytest.approx(float(Sine().loss(sgd["learned"])), abs=0.05)
    assert found["baselines"]["time2vec"]["learned"] is None


def test_where_there_is_nothing_to_learn_the_exit_code_says_so() -> None:
    # sin(0 x) is 0 everywhere, which no frequency but 0 explains; and that is no cycle
    found = document("--frequency", 0, "--against", "", "--seconds", 0.2)
    assert found["exit_code"] == 1
    assert found["loss"] > 0.1


def test_the_table_on_a_pipe_is_plain_text() -> None:
    result = run("sin", "--against", "adam", "--seconds", 0.1)
    assert result.exit_code == 0
    heading, rule, ours, adam = result.stdout.splitlines()
    assert heading.split() == ["loss", "at", "±10000", "freq", "batches", "seconds", "parameters"]
    assert set(rule) == {"-"}
    assert ours.startswith("SGD + SpectralDescent ")
    assert float(ours.split()[-4]) == pytest.approx(31)
    assert adam.startswith("Adam ")
    assert result.stderr == ""


def test_the_picture_is_that_of_the_problem(tmp_path, monkeypatch) -> None:
    drawn = []
    from epicycle.problems import pictures

    real = pictures.draw_sine

    def spy(problem, **options):
        drawn.append((problem, options))
        return real(problem, **options)

    monkeypatch.setattr(pictures, "draw_sine", spy)
    path = tmp_path / "sin.png"
    result = run(
        "sin", "--frequency", 7, "--span", 50, "--seed", 3, "--against", "", "--plot", path
    )
    assert result.exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    assert result.stderr == f"epicycle: wrote {path}\n"
    assert drawn == [(Sine(7.0, 50.0), {"seed": 3})]
    assert [p.name for p in tmp_path.iterdir()] == ["sin.png"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--against", "alexnet"], "--against alexnet: 'alexnet' is no network known here"),
        (["--against", "sgd,mlp:3"], "mlp has nothing to guess"),
        (["--frequency", "nan"], "--frequency is nan: expected a finite number"),
        (["--span", "0"], "--span is 0.0: expected a positive number"),
        (["--seconds", "-1"], "--seconds"),
        (["--plot", "sin.txt"], "--plot sin.txt has the ending '.txt'"),
        (["--plot", "nowhere/sin.png"], "there is no directory nowhere"),
    ],
)
def test_bad_input_is_one_line_and_code_2(arguments, words, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("sin", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("epicycle: error: ")
    assert words in line


def test_without_torch_the_command_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("sin")
    assert result.exit_code == 2
    assert "epicycle sin needs torch. To fix this, pip install 'epicycle[torch]'." in result.stderr


def test_ours_differs_from_plain_sgd_by_one_line() -> None:
    ours, plain = learning.spectral_descent(), design("sgd", plain=True)
    first, second = ours.build(1), plain.build(1)
    assert type(first) is type(second)
    for network, made in ((first, ours), (second, plain)):
        optimizer = made.optimizer(network)
        assert type(optimizer).__name__ == "SGD"
        assert optimizer.param_groups[0]["lr"] == 1e-4
        assert made.domain is None
    assert np.isfinite(first.freq.item())
