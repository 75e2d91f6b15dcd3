"""
The months in the Moon's motion
===============================

6,000 distances of the Moon at random times within 25 years: each line that is found says how many
days one of the Moon's months has, and where it is uncertain.
"""

import matplotlib.pyplot as plt
import pandas as pd

import epicycle

moon = pd.read_csv("../../data/moon_irregular_25y.csv")
model = epicycle.find_cycles(moon.jd_tdb, moon.distance_km, unit="d", max_cycles=6)
print(model.table())

# %%
# The spectrum, before and after each line is taken out.

figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
model.plot_spectrum(period_range=(5, 400), ax=axes)
plt.show()

# %%
# All distances, folded with the anomalistic month; the other months are taken off.

figure, axes = plt.subplots(figsize=(7, 4.8), layout="constrained")
model.plot_fold(0, value_label="distance, km", ax=axes)
plt.show()
