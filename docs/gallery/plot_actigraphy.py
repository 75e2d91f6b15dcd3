"""
Rest and activity
=================

Three weeks of a wrist, and a mouse in the dark: :func:`epicycle.actigraphy` tells how alike their
days are, when activity begins, and how long their cycles are, each with the days that it was made
of.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import epicycle

rng = np.random.default_rng(3)


def activity(awake):
    """Return counts in epochs: many while awake, few and rarely at rest."""
    n = len(awake)
    return rng.poisson(np.where(awake, 60 * rng.gamma(2, 0.5, n), 20 * rng.gamma(0.05, 1, n)))


# %%
# A wrist
# -------
# Bedtimes scatter by forty minutes, the device is off for a day and a half, and clocks are put
# forward on 31 March: hours are those of local clocks.

stamps = pd.date_range("2024-03-18", periods=21 * 144, freq="10min", tz="Europe/Berlin")
hour = stamps.hour + stamps.minute / 60
late = np.repeat(rng.normal(0, 0.7, 21), 144)
counts = activity((hour > 7 + late) & (hour < 23 + late)).astype(float)
counts[1500:1716] = np.nan

person = epicycle.actigraphy(stamps, counts)
print(person.table())
person.plot(title="A wrist")
plt.show()

# %%
# A mouse in the dark
# -------------------
# Its cycles are 23.6 hours long. Cut into days of 24 hours they are not alike, and a note says so;
# cut into its own cycles they are.

hours = np.arange(0, 20 * 24, 0.1)
mouse = activity((hours - 18) % 23.6 < 11)

fixed = epicycle.actigraphy(hours, mouse, unit="h")
free = epicycle.actigraphy(hours, mouse, unit="h", period="auto")
print(f"IS {fixed.IS:.2f} in days of 24 h, {free.IS:.2f} in cycles of {free.period:.2f} h")
print(f"onsets every {fixed.onsets.period:.3f} ± {fixed.onsets.period_error:.3f} h")
print(*fixed.notes, sep="\n")
fixed.plot(title="A mouse")
plt.show()
