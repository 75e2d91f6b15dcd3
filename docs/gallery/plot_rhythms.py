"""
Rhythms that change
===================

A mouse after a pulse of light, a traveller after a flight, cells in a dish, the Sun and the air:
none of them keeps one period, phase or amplitude. :func:`epicycle.track` follows each, with errors,
and says what changes; :func:`epicycle.scalogram` is the picture to look at first.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import epicycle
from epicycle.changing.actograms import plot_actogram
from epicycle.changing.panels import plot_turns

rng = np.random.default_rng(5)

# %%
# A pulse of light
# ----------------
# Activity at any times of twenty days in the dark. On the tenth day a pulse of light delays the
# mouse by three hours.

hours = np.sort(rng.uniform(0, 20 * 24, 700))
turns = (hours - 3 * (hours > 238)) / 23.7
activity = 40 + 20 * np.cos(2 * np.pi * turns) + 10 * rng.normal(size=700)

mouse = epicycle.track(hours, activity, period=(18, 32), unit="h")
print(mouse.table())

figure, axes = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
plot_actogram(mouse, ax=axes[0])
plot_turns(mouse, ax=axes[1])
plt.show()

# %%
# A flight over six time zones
# ----------------------------
# Temperature each 45 minutes; after the eighth day the rhythm moves by six hours within four days.
# Whether a rhythm was shifted at once or moved over some days is often beyond the data: the result
# says so.

when = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.arange(0, 18 * 24, 0.75), unit="h")
day = np.arange(0, 18, 0.75 / 24)
temperature = 36.8 + 0.5 * np.cos(2 * np.pi * (day - 17 / 24 - 0.25 * np.clip((day - 8) / 4, 0, 1)))
temperature += 0.25 * rng.normal(size=len(day))

traveller = epicycle.track(when, temperature, period=(18, 32), unit="h")
print(traveller.table())

figure, axes = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
plot_actogram(traveller, ax=axes[0])
plot_turns(traveller, ax=axes[1])
plt.show()

# %%
# Cells in a dish
# ---------------
# A reporter fades because the cells lose their step: the amplitude decays, the period does not.

hours = np.arange(0, 120, 0.5)
counts = 400 + 200 * np.exp(-hours / 50) * np.cos(2 * np.pi * hours / 25.1)
counts += 0.1 * (hours - 60) ** 2 / 10 + 20 * rng.normal(size=len(hours))

cells = epicycle.track(hours, counts, period=(20, 30), trend=2, unit="h")
print(cells.table())

figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
axes.plot(hours, counts, ".", color="0.6")
axes.plot(hours, cells.predict(hours))
axes.set(xlabel="time (h)", ylabel="counts")
plt.show()

# %%
# Sunspots
# --------
# Eleven years in the mean, and from nine to fourteen from one cycle to the next. The scalogram
# shows it first; the white line surrounds what noise does not reach.

table = pd.read_csv("../../data/sunspots_yearly.csv")
picture = epicycle.scalogram(table.year + 0.5, table.sunspots, period=(4, 40), cycles=1.5, unit="y")
figure, axes = plt.subplots(figsize=(10, 5), layout="constrained")
picture.plot(ax=axes)
plt.show()

# %%

sun = epicycle.track(table.year + 0.5, table.sunspots, period=(7, 16), unit="y")
print(sun.table())

figure, axes = plt.subplots(figsize=(10, 4), layout="constrained")
plot_turns(sun, ax=axes)
plt.show()

# %%
# Carbon dioxide
# --------------
# Plants of the northern hemisphere breathe once a year. The period stays a year; the amplitude has
# grown by a fifth from 1959 to 2001. The trend is a parabola, and some weeks are missing.

table = pd.read_csv("../../data/co2_mlo_weekly_nan.csv")
weeks = pd.to_datetime(table.date.astype(str))

air = epicycle.track(weeks, table.co2, period=(300, 430), trend=2)
print(air.table())

years = pd.date_range("1959-01-01", "2001-01-01", freq="365D")
amplitude, error = air.amplitude(years)

figure, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
axes[0].plot(weeks, table.co2, ".", markersize=2, color="0.6")
axes[0].plot(weeks, air.predict(weeks), linewidth=0.8)
axes[0].set(xlabel="year", ylabel="CO2 (ppm)")
axes[1].fill_between(years, amplitude - error, amplitude + error, alpha=0.3)
axes[1].plot(years, amplitude)
axes[1].set(xlabel="year", ylabel="amplitude (ppm)")
plt.show()
