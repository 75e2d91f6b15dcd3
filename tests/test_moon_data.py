"""The Moon file is what its script says, and the Moon is where astronomers expect it."""

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data" / "moon_irregular_25y.csv"
COLUMNS = ["jd_tdb", "illuminated_fraction", "distance_km", "declination_deg"]


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    with DATA.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == COLUMNS
    return np.array(rows, dtype=np.float64)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    pytest.importorskip("astropy", reason="astropy computes the Moon, and is not installed")
    spec = importlib.util.spec_from_file_location("make_moon", ROOT / "scripts" / "make_moon.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_shape_and_order(table: np.ndarray) -> None:
    assert table.shape == (6000, 4)
    assert np.isfinite(table).all()
    assert (np.diff(table[:, 0]) > 0).all()
    assert np.ptp(table[:, 0]) < 25 * 365.25


def test_script_draws_the_same_times(script: ModuleType, table: np.ndarray) -> None:
    np.testing.assert_array_equal(script.random_times(6000, 0), table[:, 0])


def test_script_computes_the_same_moon(script: ModuleType, table: np.ndarray) -> None:
    rows = np.random.default_rng(1).choice(len(table), 50, replace=False)
    computed = script.moon(table[rows, 0])
    # The very same algorithm, so only what another version may do differently counts.  astropy
    # iterates light time until it changes by less than 1e-8 s; at up to 60 km/s (Sun and Earth,
    # barycentric) this is 6e-7 km.  At the Moon's distance of 3.6e5 km that is 2e-12 rad, or
    # 1e-10 degrees; the illuminated fraction changes by at most half as many radians.  Rounding
    # is far below.
    tolerance = np.array([0.0, 1e-12, 6e-7, 1e-10])
    assert (np.abs(computed - table[rows]) <= tolerance).all()


def test_script_downloads_nothing(script: ModuleType) -> None:
    assert script.iers.conf.auto_download is False


def test_moon_agrees_with_the_low_precision_formulae(table: np.ndarray) -> None:
    """Compare with the formulae of the Astronomical Almanac, page D22.

    They hold to 0.3 degrees in longitude, 0.2 in latitude and 0.003 in parallax (of 0.95).
    """
    century = (table[:, 0] - 2451545.0) / 36525
    longitude, latitude, parallax = almanac_moon(century)
    distance = 6378.14 / np.sin(np.radians(parallax))
    # d r / r = d parallax / parallax, and the parallax is never below 0.89 degrees
    assert np.abs(table[:, 2] / distance - 1).max() < 0.003 / 0.89

    # The formulae are for the equinox of date, which moves along the ecliptic by 1.397 degrees
    # per century; the ecliptic itself turns by 47" per century, 0.003 degrees here.
    declination, _ = equatorial(longitude - 1.397 * century, latitude)
    # a longitude moves the declination by at most sin(obliquity) = 0.4 of itself
    assert np.abs(table[:, 3] - declination).max() < 0.2 + 0.4 * 0.3 + 0.01
    # in the frame of date it would be off by more: the check sees which frame it is
    late = century > 0.24
    of_date, _ = equatorial(longitude, latitude)
    away = np.sqrt(np.mean((table[late, 3] - of_date[late]) ** 2))
    assert np.sqrt(np.mean((table[late, 3] - declination[late]) ** 2)) < 0.6 * away

    # the Sun (page C24) is good to 0.01 degrees
    sun = almanac_sun(century)
    cosine = np.cos(np.radians(latitude)) * np.cos(np.radians(longitude - sun))
    # half a sine of the elongation, times its error of at most 0.3 + 0.2 degrees
    error = 0.5 * np.radians(0.3 + 0.2)
    assert np.abs(table[:, 1] - (1 - cosine) / 2).max() < error


def equatorial(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return declination and right ascension (degrees) at the obliquity of J2000."""
    obliquity = np.radians(23.4393)
    lon, lat = np.radians(longitude), np.radians(latitude)
    x = np.cos(lat) * np.cos(lon)
    y = np.cos(lat) * np.sin(lon) * np.cos(obliquity) - np.sin(lat) * np.sin(obliquity)
    z = np.cos(lat) * np.sin(lon) * np.sin(obliquity) + np.sin(lat) * np.cos(obliquity)
    return np.degrees(np.arcsin(z)), np.degrees(np.arctan2(y, x))


def almanac_moon(century: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return longitude, latitude and parallax in degrees, for the equinox of date."""

    def sine(amplitude: float, start: float, rate: float) -> np.ndarray:
        return amplitude * np.sin(np.radians(start + rate * century))

    def cosine(amplitude: float, start: float, rate: float) -> np.ndarray:
        return sine(amplitude, start + 90.0, rate)

    longitude = (
        218.32
        + 481267.881 * century
        + sine(6.29, 135.0, 477198.87)
        - sine(1.27, 259.3, -413335.36)
        + sine(0.66, 235.7, 890534.22)
        + sine(0.21, 269.9, 954397.74)
        - sine(0.19, 357.5, 35999.05)
        - sine(0.11, 186.5, 966404.03)
    )
    latitude = (
        sine(5.13, 93.3, 483202.02)
        + sine(0.28, 228.2, 960400.89)
        - sine(0.28, 318.3, 6003.15)
        - sine(0.17, 217.6, -407332.21)
    )
    parallax = (
        0.9508
        + cosine(0.0518, 135.0, 477198.87)
        + cosine(0.0095, 259.3, -413335.36)
        + cosine(0.0078, 235.7, 890534.22)
        + cosine(0.0028, 269.9, 954397.74)
    )
    return longitude, latitude, parallax


def almanac_sun(century: np.ndarray) -> np.ndarray:
    """Return the longitude of the Sun in degrees, for the equinox of date."""
    days = 36525 * century
    anomaly = np.radians(357.528 + 0.9856003 * days)
    mean = 280.460 + 0.9856474 * days
    return np.asarray(mean + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
