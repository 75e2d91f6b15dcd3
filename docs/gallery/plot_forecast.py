"""
A forecast that says how wrong it may be
========================================

Carbon dioxide above Mauna Loa, weekly. The model is fitted to what was known at the end of 1995,
and says what comes: cycles and trend go on, with the intervals that the past justifies.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import epicycle

table = pd.read_csv("../../data/co2_mlo_weekly_nan.csv")
table["date"] = pd.to_datetime(table.iloc[:, 0].astype(str))
table["co2"] = table.iloc[:, 1]
known = table[table.date < "1996"]
later = table[table.date >= "1996"]

model = epicycle.find_cycles(known.date, known.co2, unit="y", trend=2)
print(model.table())

# %%
# Four of five of the later weeks should lie within the inner band.

middle = model.predict(later.date)
low, high = model.predict_interval(later.date, 0.8)
wide_low, wide_high = model.predict_interval(later.date, 0.95)
inside = ((later.co2 >= low) & (later.co2 <= high))[later.co2.notna()]
print(f"within the 80 % interval: {inside.mean():.0%} of {len(inside)} later weeks")

figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
recent = known[known.date >= "1990"]
axes.plot(recent.date, recent.co2, ".", ms=3, color="0.3", label="known")
axes.plot(later.date, later.co2, ".", ms=3, color="C3", label="what came")
axes.plot(later.date, middle, color="C0", lw=1, label="forecast")
axes.fill_between(later.date, low, high, color="C0", alpha=0.3, lw=0, label="80 %")
axes.fill_between(later.date, wide_low, wide_high, color="C0", alpha=0.15, lw=0, label="95 %")
axes.set_ylabel("CO$_2$, ppm")
axes.legend(frameon=False, ncols=5, loc="upper left")
axes.set_ylim(top=np.nanmax(wide_high) + 4)
plt.show()
