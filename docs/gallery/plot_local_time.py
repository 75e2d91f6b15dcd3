"""
People, and clocks that are put forward
=======================================

In March the clocks of Berlin are put forward. A tide does not care; a person does.
``clock="elapsed"`` counts the time that passes, ``clock="local"`` what clocks show.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

import epicycle

rng = np.random.default_rng(4)
hours = np.sort(rng.uniform(0, 60 * 24, 700))
when = pd.Timestamp("2024-03-01", tz="Europe/Berlin") + pd.to_timedelta(hours, unit="h")
shown = when.hour + when.minute / 60 + when.second / 3600
steps = 300 + 250 * np.cos(2 * np.pi * (shown - 17) / 24) + 60 * rng.normal(size=len(when))

# %%
# The person is most active at five in the afternoon, whatever the clocks do. Elapsed time makes her
# days too short, by many times their error; local time has them right.

models = {
    clock: epicycle.find_cycles(when, steps, unit="h", clock=clock, max_cycles=1)
    for clock in ("elapsed", "local")
}
for clock, model in models.items():
    (day,) = model.cycles
    print(f"{clock:8} period {day.period:.3f} ± {day.period_error:.3f} h")

# %%
# When the model has its daily maximum, on the clock: one of them drifts through the spring.

days = pd.date_range("2024-03-02", "2024-04-28", freq="D", tz="Europe/Berlin")
figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
for clock, model in models.items():
    peaks = []
    for day in days:
        minutes = day + pd.to_timedelta(np.arange(0, 23 * 60, 5), unit="min")
        peak = minutes[np.argmax(model.predict(minutes))]
        peaks.append(peak.hour + peak.minute / 60)
    axes.plot(days, peaks, ".-", label=f'clock="{clock}"')
axes.axvline(pd.Timestamp("2024-03-31", tz="Europe/Berlin"), color="0.7", lw=1, zorder=0)
axes.axhline(17, color="0.7", lw=1, zorder=0)
ticks = AutoDateLocator(tz=days.tz)
axes.xaxis.set_major_locator(ticks)
axes.xaxis.set_major_formatter(ConciseDateFormatter(ticks, tz=days.tz))
axes.set(ylabel="hour of the maximum, on the clock", ylim=(15.5, 18.5))
axes.legend(frameon=False)
plt.show()
