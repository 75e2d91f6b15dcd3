"""
A pulsar in single photons
==========================

Times without values: 900 photons in two days, of which less than a third come from a pulsar that
turns seven times a second and slows down. The rest is background.
"""

import matplotlib.pyplot as plt
import numpy as np

import epicycle

rng = np.random.default_rng(3)
t = np.sort(rng.uniform(0, 2 * 86400, 6000))
turns = 7.123 * t - 0.5 * 2e-10 * t**2
pulse = np.exp(8 * (np.cos(2 * np.pi * turns) - 1))
t = t[rng.uniform(size=t.size) < 0.1 + 0.3 * pulse]
print(f"{len(t)} photons")

# %%
# The band alone holds 155,000 independent frequencies, and each may drift. Significance counts all.

model = epicycle.find_cycles(
    t, unit="s", minimum_period=0.1, maximum_period=1.0, max_cycles=1, drift=True
)
(pulsar,) = model.cycles
print(f"{pulsar.frequency:.7f} ± {pulsar.frequency_error:.7f} Hz")
print(f"drift: {pulsar.frequency_drift:.2e} ± {pulsar.frequency_drift_error:.0e} Hz/s")
print(f"by chance: {pulsar.false_alarm_probability:.1e}")

# %%
# The photons over two turns, counted from the reference time of the model.

since = t - model.reference_time
phase = (pulsar.frequency * since + 0.5 * pulsar.frequency_drift * since**2) % 1
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
axes.hist([*phase, *(phase + 1)], bins=80, range=(0, 2), color="C0", alpha=0.7)
axes.axhline(len(t) / 40, color="0.3", lw=1, ls="--", label="even light")
axes.set(xlabel="phase, turns", ylabel="photons", xlim=(0, 2))
axes.legend(frameon=False)
plt.show()
