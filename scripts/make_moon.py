"""Write data/moon_irregular_25y.csv: where the Moon was at 6,000 random times in 25 years.

Everything comes from astropy's built-in ephemeris (ERFA's), which needs no download:

    python scripts/make_moon.py                        # writes data/moon_irregular_25y.csv
    python scripts/make_moon.py --output moon.csv --seed 1 --samples 1000

The columns, all as seen from the centre of the Earth, with light time and aberration:

jd_tdb
    Julian date in barycentric dynamical time, uniformly random from J2000.0 on, sorted.
illuminated_fraction
    (1 - cos E) / 2 with E the angle between Moon and Sun: the fraction that would be lit if the
    Sun were infinitely far away.  The true fraction differs by up to 0.0014.
distance_km
    Distance of the Moon.
declination_deg
    Declination in the Geocentric Celestial Reference System, whose axes are those of J2000.0 to
    within 0.02".  They do not follow the precession of the Earth: in a frame of date the tropical
    month of 27.32158 days would take the place of the sidereal one of 27.32166.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.coordinates import get_body
from astropy.time import Time
from astropy.utils import iers
from numpy.typing import NDArray

# TDB is turned into the Earth's rotation nowhere here, so tables of it are of no use
iers.conf.auto_download = False

ROOT = Path(__file__).resolve().parent.parent
J2000 = 2451545.0
YEARS = 25
COLUMNS = ("jd_tdb", "illuminated_fraction", "distance_km", "declination_deg")


def random_times(samples: int, seed: int) -> NDArray[np.float64]:
    """Return sorted Julian dates, uniformly random in 25 Julian years from J2000.0 on."""
    rng = np.random.default_rng(seed)
    return J2000 + np.sort(rng.uniform(0.0, YEARS * 365.25, samples))


def moon(jd_tdb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the columns of the file, shape (n, 4), at Julian dates in TDB."""
    times = Time(jd_tdb, format="jd", scale="tdb")
    body = get_body("moon", times, ephemeris="builtin")
    sun = get_body("sun", times, ephemeris="builtin")
    illuminated = (1.0 - np.cos(body.separation(sun).rad)) / 2.0
    return np.column_stack(
        [jd_tdb, illuminated, body.distance.to_value(u.km), body.dec.to_value(u.deg)]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--output", type=Path, default=ROOT / "data" / "moon_irregular_25y.csv", metavar="PATH"
    )
    options = parser.parse_args()
    rows = moon(random_times(options.samples, options.seed))
    with options.output.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(COLUMNS) + "\n")
        for row in rows.tolist():
            file.write(",".join(map(repr, row)) + "\n")


if __name__ == "__main__":
    main()
