"""Beyond constant cycles in values: bends, groups, events, and layers in training."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class Effects:
    """Bends, groups, varying amplitudes and outliers."""

    most_bends: int = decides(8, "bends", "forecasts/simulated")
    """More changes of slope are slow variation, not a trend."""
    bend_margin: float = decides(0.05, "share", "forecasts/simulated")
    """No bend within this part of the samples from either end."""
    group_fewest_values: int = decides(8, "values", "accuracy/stripe82")
    """A group needs this many values for a waveform of its own."""
    group_chance: float = decides(0.01, "probability", "experiments/per_group")
    """Groups of one waveform are taken apart so often."""
    group_gain: float = decides(10.0, "log evidence", "accuracy/stripe82", "derived: odds 2e4")
    """Groups that are so much likelier apart are taken apart, whatever the test says."""
    group_cycle_chance: float = decides(0.01, "probability", "experiments/per_group")
    """Groups are compared at a cycle that noise imitates, anywhere in the band, so seldom."""
    group_turns: float = decides(1.5, "turns", "experiments/per_group")
    """Groups are compared at a cycle of which this many turns fit into the data."""
    group_spare_values: int = decides(4, "values", "experiments/per_group")
    """Values of a group beyond its parameters, for its scatter to be known at all."""
    fewest_turns: float = decides(10.0, "turns", "forecasts/simulated")
    """With fewer turns over the data an amplitude is taken as constant."""
    varying_clear: float = decides(3.0, "log evidence", "forecasts/simulated", "derived: odds 20")
    """Evidence that lets an amplitude vary."""
    turns_apart: float = decides(2.0, "turns", "forecasts/simulated")
    """Knots of a varying amplitude are at least this far apart."""
    huber_bound: float = decides(1.345, "sigma", "accuracy/bioluminescence", "derived: Huber 1964")
    """The influence of a value ends here: 95 % efficiency without outliers."""
    outlier_chance: float = decides(0.01, "probability", "accuracy/bioluminescence")
    """Noise alone shows an outlier in this part of data sets."""
    second_look: float = decides(0.5, "ratio", "accuracy/bioluminescence", "derived: two searches")
    """False alarms of a search made again because values far off hid all: half those asked for."""


EFFECTS = Effects()


@dataclass(frozen=True)
class Events:
    """Cycles in times without values."""

    fundamental_gain: float = decides(20.0, "H", "search/pulsar", "derived: e^8 in probability")
    """A fraction of the frequency must raise H by this much."""
    lowest_rate: float = decides(0.2, "mean rate", "search/pulsar")
    """A modelled rate never falls below this part of the mean."""
    alias_ratio: float = decides(0.05, "power", "search/pulsar")
    """Aliases of events are listed from this power ratio: a pulsar leaves strong ones."""
    comb: float = decides(0.5, "share", "accuracy/trains")
    """A fraction of the frequency with this part of the power is the fundamental of a comb."""
    seen: float = decides(10.0, "power", "accuracy/trains", "derived: once in 2e4 frequencies")
    """Lines of less power are no part of a comb."""
    drifting: int = decides(4, "lines", "search/pulsar")
    """Candidates whose drift is tried, when it may hide the order of their powers."""
    beyond_interval: float = decides(1.5, "1/interval", "search/pulsar")
    """The default band reaches at least this far, in units of one over the median interval."""
    repeated: float = decides(1e-3, "share", "accuracy/trains")
    """Intervals below this part of the mean are none; a clock repeats a smaller share of ticks."""
    regular: float = decides(4.0, "deviations", "accuracy/trains", "derived: once in 3e4")
    """By this, intervals must be more alike than those of a constant rate."""
    extra: float = decides(0.1, "share", "accuracy/trains")
    """A train of which a larger share comes within a turn of another keeps no rhythm."""
    least_quality: float = decides(
        5.0, "turns", "accuracy/trains", "derived: a dead time of half the mean interval has 3.5"
    )
    """Least pi f tau of a rhythm: with less, intervals are hardly more alike than that."""


EVENTS = Events()


@dataclass(frozen=True)
class Learning:
    """Frequencies found inside a training loop."""

    patience: int = decides(16, "searches", "learning/no_cycle")
    """Searches of coarse inputs without a finding that deserve a warning."""
    silent: int = decides(4, "steps", "learning/loops")
    """Without any gradient after so many steps, the user is told."""
    hopeless: float = decides(0.05, "probability", "learning/no_cycle")
    """A maximum that is less significant at a single frequency is not refined."""
    kept_aside: int = decides(3, "samples", "learning/no_cycle")
    """One sample in this many is kept aside to confirm what the others show."""
    confirmed: float = decides(0.01, "probability", "learning/no_cycle")
    """The samples kept aside confirm a line at this false-alarm probability."""
    resolved: float = decides(1.5, "1/span", "learning/targets")
    """Two lines that are closer are one."""
    near: float = decides(1.5, "1/span", "learning/targets")
    """A line and a frequency that are closer belong together."""
    grown: float = decides(1.5, "ratio", "learning/loops")
    """Inputs that have grown by more change the unit in which phases are stepped."""
    left_place: float = decides(0.25, "cycles", "learning/loops", "derived: half of its basin")
    """Set by the user to a value this far away at typical inputs, a frequency is a new one."""
    relapsed: tuple[float, float] = decides((0.1, 0.3), "power", "learning/loops")
    """The gradient fell below the first part of what it was before a move, and rose above the
    second: what was learned is lost, and the searches begin anew."""
    fallen: float = decides(0.25, "power", "learning/loops", "derived: half of the error")
    """An average of weights begins anew where the gradient fell below this part of what it was
    when it began."""
    pause: int = decides(16, "steps", "learning/loops", "derived: the searches begin within 16")
    """Searches begin anew only so many steps after they did the last time."""
    faint: float = decides(0.01, "power", "learning/loops")
    """Of several series, one left with less than this share of the
    strongest one's power has no say."""
    left: float = decides(1e-6, "power", "learning/loops")
    """What lines leave below this share is looked at once the network has learned them."""
    set_aside: int = decides(4, "lines", "learning/loops")
    """Lines that are not confirmed, or not resolved, past which a search looks on."""
    listed: int = decides(4, "lines", "learning/loops")
    """Lines looked for beyond the frequencies that there are, to be listed."""
    told_apart: float = decides(
        14.0, "chi2", "learning/rasters", "derived: odds of 1000, 2 ln(1000) = 13.8"
    )
    """Of frequencies that the samples hardly tell apart, the lowest not worse by this is taken."""
    in_phase: float = decides(0.45, "power", "learning/rasters")
    """Least power of the spectral window of samples that keep a rhythm with jitter."""
    raster_steps: float = decides(10.0, "steps", "learning/rasters")
    """A rhythm of fewer steps over the span is none."""
    rhythm_cycles: float = decides(float(1 << 18), "cycles", "learning/rasters")
    """A rhythm of more steps over the span is not looked for."""
    better: float = decides(0.9, "ratio", "learning/sin")
    """A line moves a near frequency only if its error is this much smaller."""
    explained: float = decides(0.5, "share", "learning/targets")
    """Part of the gradient that correcting a placed frequency must explain."""
    gate: float = decides(0.7, "power", "learning/noise")
    """A grid maximum from this part of the significant power may be significant."""
    wave_vectors: float = decides(
        1e8, "wave vectors", "learning/inputs", "derived: 30 ns each, 3 s of one core"
    )
    """One search of several inputs tries at most so many, and one box of them a quarter; a wave
    vector of several series counts as often."""
    largest_box: float = decides(
        0.6, "share", "learning/inputs", "derived: boxes below it take a third as much again"
    )
    """Of several outputs, one box takes at most this part of the wave vectors."""
    axis_cycles: float = decides(1024.0, "cycles", "learning/inputs")
    """Without a band, waves along two or three inputs are looked for up to this, on each axis."""
    free_inputs: int = decides(3, "inputs", "learning/inputs")
    """With more inputs a search needs a band: its cost is a power of the number of inputs."""


LEARNING = Learning()
