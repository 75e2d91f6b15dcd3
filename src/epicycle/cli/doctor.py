"""``epicycle doctor``: what is installed, what is missing, and whether the sums are right."""

from __future__ import annotations

import json
import os
import platform
import time
from importlib import metadata
from importlib.util import find_spec
from typing import Any

import numpy as np
import typer

import epicycle
from epicycle.cli import console
from epicycle.cli.options import FOUND
from epicycle.cli.shared_options import AsJson
from epicycle.compiled.numba import cache_folder, is_there
from epicycle.evidence.self_test import AGREES, largest_difference
from epicycle.samples.times import parse_times
from epicycle.spectra.bands import processors
from epicycle.spectra.sums import TrigSums
from epicycle.spectra.transforms import TOLERANCE

SCHEMA = "epicycle.doctor/1"

#: Exit code when something needed is missing or wrong.
UNWELL = 3

#: Optional parts: what imports them, how they are installed, and what for.
EXTRAS = (
    ("matplotlib", "plot", "pictures and reports"),
    ("pyarrow", "parquet", "Parquet files"),
    ("openpyxl", "excel", "workbooks of Excel"),
    ("holidays", "holidays", "effects of holidays"),
    ("astropy", "fits", "FITS and VOTable files"),
    ("torch", "torch", "layers, SpectralDescent, epicycle clock and sin"),
    ("sklearn", "sklearn", "estimators"),
    ("dask", "dask", "data on many machines"),
    ("numba", "fast", "searches of short series in less time"),
)

_NEEDED = ("numpy", "scipy", "finufft", "pandas", "rich", "typer")

_PACKAGE = {"sklearn": "scikit-learn"}

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

#: Points and frequencies of the self-test.
_POINTS, _FREQUENCIES = 300, 2000


def doctor(as_json: AsJson = False) -> None:
    """Tell versions, optional parts, threads, and whether the fast sums agree with slow ones.

    Where numba is installed, the loops that it compiles are made ready and compared with NumPy.

    Exit code 0: all is well; 3: something needed is missing or wrong, and a line says what to do.
    """
    report = examine()
    if as_json:
        console.write(json.dumps(report, allow_nan=False) + "\n")
    else:
        console.write(console.visible(as_text(report)))
    raise typer.Exit(FOUND if report["well"] else UNWELL)


def examine() -> dict[str, Any]:
    """Return what the machine and the installation are like."""
    packages = {name: _version(name) for name in _NEEDED}
    extras = [
        {
            "module": module,
            "version": _version(_PACKAGE.get(module, module)) if find_spec(module) else None,
            "for": purpose,
            "install": f"pip install 'epicycle[{extra}]'",
        }
        for module, extra, purpose in EXTRAS
    ]
    test = self_test()
    loops = warmed()
    advice = [f"pip install {name}" for name, version in packages.items() if version is None]
    if loops is not None and not loops["agrees"]:
        advice.append("set EPICYCLE_NO_NUMBA=1: compiled loops are wrong on this machine")
    if not test["agrees"]:
        advice.append("pip install --force-reinstall finufft")
    return {
        "schema": SCHEMA,
        "well": not advice,
        "epicycle": epicycle.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": packages,
        "extras": extras,
        "processors": processors(),
        "threads": {name: os.environ.get(name) for name in _THREADS},
        "self_test": test,
        "loops": loops,
        "advice": advice,
    }


def self_test() -> dict[str, Any]:
    """Compare sums by FINUFFT with direct ones."""
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0.0, 1000.0, _POINTS))
    strengths = rng.standard_normal(_POINTS)
    times = parse_times(t)[0]
    first, spacing = 0.01, 0.0002
    started = time.perf_counter()
    fast = TrigSums(times, spacing, _FREQUENCIES).band(strengths[np.newaxis, :], first)[0]
    seconds = time.perf_counter() - started
    frequency = first + spacing * np.arange(_FREQUENCIES)
    slow = np.exp(-2j * np.pi * np.outer(frequency, t)) @ strengths
    # FINUFFT promises its tolerance relative to the sum of the strengths' moduli, to a digit
    error = float(np.abs(fast - slow).max() / np.abs(strengths).sum())
    return {
        "points": _POINTS,
        "frequencies": _FREQUENCIES,
        "seconds": round(seconds, 6),
        "largest_error": error,
        "agrees": bool(error < 10 * TOLERANCE),
    }


def warmed() -> dict[str, Any] | None:
    """Compile the loops that are not kept yet, and compare them with NumPy; None without numba."""
    if not is_there():
        return None
    started = time.perf_counter()
    error = largest_difference()
    folder = cache_folder()
    return {
        "cache": None if folder is None else str(folder),
        "seconds": round(time.perf_counter() - started, 3),
        "largest_error": error,
        "agrees": bool(error < AGREES),
    }


def as_text(report: dict[str, Any]) -> str:
    """Return the report in lines."""
    lines = [f"epicycle {report['epicycle']}, Python {report['python']}, {report['system']}"]
    lines.append(
        "needed:    "
        + ", ".join(
            f"{name} {version or 'MISSING'}" for name, version in report["packages"].items()
        )
    )
    for extra in report["extras"]:
        state = extra["version"] or f"not installed: {extra['install']}"
        lines.append(f"optional:  {extra['module']} {state} (for {extra['for']})")
    limits = [f"{name}={value}" for name, value in report["threads"].items() if value]
    lines.append(
        f"threads:   {report['processors']} processors"
        + (f", limited by {', '.join(limits)}" if limits else "")
    )
    test = report["self_test"]
    lines.append(
        f"self-test: FINUFFT {'agrees with' if test['agrees'] else 'DIFFERS FROM'} direct sums, "
        f"largest error {test['largest_error']:.1e} of the strengths ({test['points']} points, "
        f"{test['frequencies']} frequencies, {1e3 * test['seconds']:.1f} ms)"
    )
    loops = report["loops"]
    if loops is not None:
        kept = f"kept in {loops['cache']}" if loops["cache"] else "kept nowhere: no cache to write"
        verb = "agree with" if loops["agrees"] else "DIFFER FROM"
        lines.append(
            f"loops:     compiled, {kept}; they {verb} NumPy to {loops['largest_error']:.0e} "
            f"({loops['seconds']:.1f} s)"
        )
    lines += [f"to do:     {step}" for step in report["advice"]] or ["all is well"]
    return "\n".join(lines) + "\n"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
