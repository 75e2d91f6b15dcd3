"""
Planets seen by several instruments
===================================

Radial velocities of the star HD 164922. Every instrument has an offset and a scatter of its own
beyond the errors that it states; both are fitted together with the orbits.
"""

import matplotlib.pyplot as plt
import pandas as pd

import epicycle

table = pd.read_csv("../../data/rv_hd164922.csv")
print(table.head(3))

# %%
# Stars are observed at night: periods near a day are aliases of longer ones, and are left out.

model = epicycle.find_cycles(
    table.time, table.value, table.error, group=table.inst, unit="d", minimum_period=5
)
print(model.table())

# %%
# The two strongest, folded; the others are taken off.

figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
for k, ax in enumerate(axes):
    model.plot_fold(k, ax=ax, value_label="velocity, m/s")
plt.show()
