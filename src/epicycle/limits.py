"""The numbers that decide: what each means, its unit, where it comes from, what measures it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def decides(value: Any, meaning: str, *, unit: str, origin: str = "chosen", bench: str = "") -> Any:
    """Return a field with its default, and what there is to know about it as metadata."""
    about = {"meaning": meaning, "unit": unit, "origin": origin, "bench": bench}
    return field(default=value, metadata=about)


@dataclass(frozen=True)
class Cycles:
    """What is a cycle, and not slow variation or chance."""

    minimum: float = decides(
        5.0,
        (
            "Fewer cycles than this over the baseline are slow variation, unless the user "
            "names a longest period; and fewer samples than this, besides one for each column "
            "of the background, cannot show a period at all."
        ),
        unit="cycles",
    )
    minimum_samples: int = decides(
        10,
        "",
        unit="samples",
    )
    minimum_events: int = decides(
        10,
        (
            "Powers of fewer events are far from the exponential distribution that "
            "significance rests on."
        ),
        unit="events",
    )
    waveform: float = decides(
        3.0,
        "With fewer cycles than this over the baseline there is no waveform to speak of.",
        unit="cycles",
    )
    in_training: float = decides(
        3.0,
        "Lines with fewer cycles over the span than this cannot be told from a trend.",
        unit="cycles",
    )


CYCLES = Cycles()


@dataclass(frozen=True)
class Search:
    """Which frequencies are searched."""

    points_per_peak: int = decides(
        5,
        (
            "Grid points per width 1/T of a spectral line.  The best grid point is then at "
            "most 0.1/T from the maximum and has lost at most 3.3 % of its power; refinement "
            "takes back the rest."
        ),
        unit="frequencies per 1/T",
    )
    budget: int = decides(
        1 << 22,
        ("The default band never asks for more frequencies than this; a band that is named may."),
        unit="frequencies",
    )
    dense_upto: int = decides(
        1 << 19,
        (
            "Up to this many frequencies the dense search is as fast as the ladder, and sees "
            "weaker lines."
        ),
        unit="frequencies",
    )
    typical_gap: float = decides(
        0.1,
        ("The quantile of the gaps between irregular samples that says where signals may end."),
        unit="quantile",
    )
    shortest_gap: float = decides(
        1e-9,
        "Shorter gaps, in units of the baseline, are none: the same time, told twice.",
        unit="baselines",
    )
    slow_band: float = decides(
        20.0,
        (
            "A band that begins below this many cycles over the baseline is searched from one "
            "cycle on."
        ),
        unit="1/T",
    )
    worth_a_search: int = decides(
        16,
        (
            "A grid of up to so many frequencies per sample is searched as fast as a few "
            "harmonics are tested."
        ),
        unit="frequencies per sample",
    )


SEARCH = Search()


@dataclass(frozen=True)
class Ladder:
    """How the ladder looks where the band is too wide to try every frequency."""

    most_pairs: int = decides(
        1 << 20,
        ("Of more pairs than this a sample is drawn: further ones cost memory and add little."),
        unit="pairs",
    )
    points_per_window: int = decides(
        3,
        (
            "Grid points per 1/W.  The best one has lost 6 % of a line's height in the mean, "
            "17 % at worst; two more would cost more than the longer window that makes up for "
            "it."
        ),
        unit="frequencies per 1/(2W)",
    )
    survivors: int = decides(
        32,
        "Frequencies that a rung passes on.",
        unit="frequencies",
    )
    first_pairs: int = decides(
        200,
        (
            "The first rung has about this many pairs: 6.7 deviations for two thirds of the "
            "variance."
        ),
        unit="pairs",
    )
    growth: float = decides(
        3.0,
        ("Each rung has a window, and a cost, about this many times that of the rung before."),
        unit="ratio",
    )
    reach: float = decides(
        0.35,
        "The semicoherent maximum lies within this distance of the line, in units of 1/W.",
        unit="1/W",
    )
    coherent_from: float = decides(
        1.0 / 64,
        "The coherent power takes over from segments of this share of the baseline.",
        unit="baselines",
    )
    doubtful: int = decides(
        2,
        ("Survivors of a rung that deserve a closer look although they are noise, in the mean."),
        unit="frequencies",
    )
    surely: float = decides(
        2.0,
        (
            "Standard deviations above the threshold at which a line is seen with 97.7 % "
            "probability."
        ),
        unit="ratio",
    )
    segment_growth: float = decides(
        8.0,
        "Each step has segments this many times as long as the last.",
        unit="ratio",
    )
    segment_points: int = decides(
        4,
        "Grid points per 1/L: the best one has lost at most 5 % of the power.",
        unit="frequencies",
    )
    segment_reach: float = decides(
        0.3,
        "The maximum of the power lies within this distance of the line, in units of 1/L.",
        unit="1/L",
    )
    followed: int = decides(
        8,
        "Candidates that are followed beyond the first step.",
        unit="frequencies",
    )
    looked: int = decides(
        4,
        "Those of them that are left at the end.",
        unit="frequencies",
    )


LADDER = Ladder()


@dataclass(frozen=True)
class Noise:
    """How large the noise is, and what is none."""

    exact: float = decides(
        1e-24,
        "Share of the sum of squares that rounding errors leave at most.",
        unit="share of the variance",
    )
    neighbourhood: float = decides(
        8.0,
        (
            "Half width of the neighbourhood of a line, and of the notch that the line's own "
            "fit has cut into it, in units of 1/baseline."
        ),
        unit="1/T",
    )
    notch: float = decides(
        1.0,
        "",
        unit="1/T",
    )
    white: float = decides(
        0.8,
        (
            "Probability, beforehand, that the noise around a line is white, and the highest "
            "level otherwise."
        ),
        unit="power",
    )
    highest_level: int = decides(
        1e4,
        "",
        unit="power",
    )
    fewest_values: int = decides(
        5,
        "A smaller group shares the scatter of all.",
        unit="values",
    )
    red_knot_ratio: float = decides(
        4.0,
        "Knots of the spline are this factor apart in frequency.",
        unit="ratio",
    )
    red_notch: float = decides(
        1.0,
        ("Half width, in units of 1/baseline, of what is left out around each line of the fit."),
        unit="1/T",
    )
    walk_fewest_values: int = decides(
        5,
        "A smaller group shares the scatter of all.",
        unit="values",
    )


NOISE = Noise()


@dataclass(frozen=True)
class Trials:
    """How many independent frequencies a band has, and when a line is noise."""

    alias_ratio: float = decides(
        0.2,
        ("Aliases above this power ratio make one maximum of two; the strongest so many count."),
        unit="power",
    )
    most_aliases: int = decides(
        12,
        "",
        unit="frequencies",
    )
    nearly: float = decides(
        0.999,
        "Largest correlation of an alias.",
        unit="share",
    )
    draws: int = decides(
        512,
        (
            "Draws, and frequencies of the band, over which the share of distinct maxima is "
            "averaged."
        ),
        unit="draws",
    )
    places: int = decides(
        48,
        "",
        unit="frequencies",
    )
    typical: float = decides(
        0.003,
        (
            "The share is measured where it matters: at maxima of about this false-alarm "
            "probability."
        ),
        unit="probability",
    )
    window_budget: int = decides(
        1 << 20,
        (
            "A spectral window of a band too wide to show has at most this many frequencies: "
            "it reaches 2e5 cycles over the baseline, one an hour over 24 years."
        ),
        unit="frequencies",
    )
    largest_window: int = decides(
        1 << 21,
        "",
        unit="frequencies",
    )
    clear: float = decides(
        1e-6,
        (
            "Only probabilities between these multiples of what is allowed need aliases "
            "counted exactly."
        ),
        unit="probability",
    )
    hopeless: float = decides(
        50.0,
        "",
        unit="ratio",
    )


TRIALS = Trials()


@dataclass(frozen=True)
class Lines:
    """When two lines are two, and where one may stand."""

    separation: float = decides(
        1.0,
        (
            "No line closer than this to another, in units of 1/baseline: their amplitudes "
            "would cancel."
        ),
        unit="1/T",
    )
    largest_drift: float = decides(
        32.0,
        (
            "Largest drift that is searched, in units of 1/baseline^2: it smears a line over "
            "so many widths."
        ),
        unit="1/T^2",
    )
    final_separation: float = decides(
        0.95,
        "The last joint fit may bring two lines together by this factor, no further.",
        unit="ratio",
    )
    unresolved: float = decides(
        4.0,
        ("Residual power next to a line, relative to white noise, that is more than noise can be."),
        unit="power",
    )


LINES = Lines()


@dataclass(frozen=True)
class ClosePairs:
    """When one line becomes two to four that are closer than 1/T."""

    reach: float = decides(
        1.5,
        ("Half width of a neighbourhood, in units of 1/baseline: the lines in it are placed anew."),
        unit="1/T",
    )
    share: float = decides(
        0.05,
        (
            "A neighbourhood is tried where it holds this share of all that is left (a level "
            "of 1 is the share of so many values), at most so many of them at a time."
        ),
        unit="share of chi-square",
    )
    values: float = decides(
        28.0,
        "",
        unit="chi-square",
    )
    tries: int = decides(
        3,
        "",
        unit="places",
    )
    most: int = decides(
        4,
        "Most lines in the place of one.",
        unit="lines",
    )
    promising: float = decides(
        0.03,
        (
            "What the lines may leave of what had been left there: to be tried, as other "
            "lines may still be missing or out of place; and in the end."
        ),
        unit="share of chi-square",
    )
    resolved: float = decides(
        1e-4,
        "",
        unit="probability",
    )
    factor: float = decides(
        100.0,
        (
            "A changing line must leave more than these lines do by this factor, white noise "
            "taken off."
        ),
        unit="ratio",
    )
    better: float = decides(
        0.95,
        "What is left of all data must fall by this factor with each group of lines.",
        unit="ratio",
    )
    closest: float = decides(
        1e-4,
        (
            "No lines are placed closer than this, in units of 1/baseline: rounding would "
            "decide about them."
        ),
        unit="1/T",
    )


PAIRS = ClosePairs()


@dataclass(frozen=True)
class Harmonics:
    """Which harmonics a cycle has, and which lines are one waveform."""

    chance_of_harmonic: float = decides(
        1e-4,
        (
            "Probability with which noise may add one harmonic to a waveform; and with which "
            "it may turn a cycle into the multiple of a longer one, which is tried at up to "
            "nine places and is worse."
        ),
        unit="probability",
    )
    chance_of_fundamental: float = decides(
        1e-5,
        "",
        unit="probability",
    )
    least_odds: float = decides(
        10.0,
        "Posterior odds that it takes to lock two lines into one waveform.",
        unit="odds",
    )
    weak_fundamental: float = decides(
        0.1,
        (
            "A fundamental that is weaker than this share of its strongest multiple needs a "
            "second odd multiple beside it; otherwise the two are separate cycles that happen "
            "to be locked."
        ),
        unit="share of the power",
    )
    largest_gap: int = decides(
        2,
        (
            "Orders of a waveform follow each other with at most one left out, unless many "
            "are known."
        ),
        unit="orders",
    )
    rich: int = decides(
        3,
        "",
        unit="orders",
    )
    few_values: int = decides(
        200,
        (
            "With more values of an output than this the lines of a waveform are as good as "
            "orthogonal."
        ),
        unit="values an output",
    )
    patience: int = decides(
        2,
        "Orders beyond the best number that are tried before giving up.",
        unit="orders",
    )
    misfit: float = decides(
        0.3,
        "Scatter of a waveform about its first harmonics, in units of the signal's.",
        unit="share of the deviation",
    )
    choices: int = decides(
        100,
        (
            "A waveform has been chosen among so many: maxima, their multiples and fractions, "
            "and orders."
        ),
        unit="frequencies",
    )


HARMONICS = Harmonics()


@dataclass(frozen=True)
class Waveforms:
    """Which frequencies are compared as waveforms, and what is likely beforehand."""

    orders: int = decides(
        3,
        (
            "Harmonics of the spectra, grid points per 1/baseline, and maxima taken from each "
            "spectrum."
        ),
        unit="orders",
    )
    maxima: int = decides(
        10,
        "",
        unit="frequencies",
    )
    most_frequencies: int = decides(
        1 << 19,
        ("Costs up to which waveforms are compared: frequencies of the grid, values, outputs."),
        unit="frequencies",
    )
    most_values: int = decides(
        5000,
        "",
        unit="values",
    )
    most_outputs: int = decides(
        8,
        "",
        unit="outputs",
    )
    common: float = decides(
        0.9,
        "Share of the prior variance that all outputs have in common.",
        unit="share of the amplitude",
    )
    first_scatter: float = decides(
        0.3,
        "Scatter beyond the errors to begin with, in units of the signal's.",
        unit="signal",
    )
    common_in_epochs: tuple[tuple[float, float], ...] = decides(
        ((0.97, 0.85), (0.5, 0.15)),
        ("Share of the prior variance that all groups have in common, with its probability."),
        unit="share and probability",
    )
    departing: int = decides(
        4,
        "Orders in which groups may depart from the common waveform.",
        unit="orders",
    )
    tempered: float = decides(
        0.75,
        (
            "Share of a difference of evidence that counts: modulation and outliers last "
            "longer than an epoch."
        ),
        unit="exponent",
    )
    free: float = decides(
        0.2,
        "Least share of the values that a fit leaves free.",
        unit="values",
    )
    tail: float = decides(
        4.0,
        (
            "Degrees of freedom of Student's t, whose tails keep one outlier from choosing "
            "the frequency."
        ),
        unit="degrees of freedom",
    )
    longest_step: float = decides(
        0.15,
        "",
        unit="1/T",
    )
    neighbours: float = decides(
        0.05,
        "Values within this share of the shortest period are neighbours.",
        unit="power",
    )
    detail: int = decides(
        8,
        (
            "Highest order of a waveform, and of one that repeats itself nearly after half a "
            "cycle: the double of a period must not be held to fewer details than the period."
        ),
        unit="orders",
    )
    finalists: int = decides(
        8,
        (
            "So many frequencies are compared to the end; halves, thirds and doubles of so "
            "many join them."
        ),
        unit="frequencies",
    )
    related: int = decides(
        4,
        "",
        unit="frequencies",
    )


WAVEFORMS = Waveforms()


@dataclass(frozen=True)
class Aliases:
    """Which aliases are judged, listed and warned of."""

    power_ratio: float = decides(
        0.2,
        "Aliases are listed from this power ratio upwards, and at most so many.",
        unit="power",
    )
    undecided: float = decides(
        0.01,
        (
            "From these odds upwards a cycle and its alias are not told apart; a fraction of "
            "the frequency must be likelier, as any power that is not explained counts for "
            "it."
        ),
        unit="odds",
    )
    least_odds: float = decides(
        1e-3,
        "Whatever has these odds is listed, however little power is there.",
        unit="odds",
    )
    worth_a_fit: float = decides(
        -20.0,
        (
            "From these logarithmic odds upwards, seen with everything else held, a place is "
            "fitted anew: other cycles and jitter give way by some units.  At most so many "
            "places of each cycle are; and so many of the fractions, which add a line to a "
            "cycle that stays."
        ),
        unit="log odds",
    )
    fits: int = decides(
        5,
        "",
        unit="aliases",
    )
    fractions: int = decides(
        2,
        "",
        unit="fractions",
    )
    loud: float = decides(
        1.5,
        (
            "Noise around a line counts from this level upwards; less is the scatter of its "
            "estimate."
        ),
        unit="power",
    )
    window_share: float = decides(
        0.5,
        (
            "Peaks of the spectral window below this share of that ratio lead to no alias "
            "worth naming."
        ),
        unit="power",
    )


ALIASES = Aliases()


@dataclass(frozen=True)
class Coherence:
    """Whether a cycle is a clock or a broad peak."""

    neighbourhood: float = decides(
        8.0,
        (
            "Lines up to so many line widths away may belong to the same broad peak; more if "
            "it is broader."
        ),
        unit="1/T",
    )
    peak_widths: float = decides(
        4.0,
        "",
        unit="widths",
    )
    suspicious: float = decides(
        1.5,
        (
            "Residual power around a line, relative to white noise, from which it is worth a "
            "closer look."
        ),
        unit="power",
    )
    clocks_share: float = decides(
        0.9,
        "Share of the power around a line from which it must be a clock.",
        unit="share",
    )
    least_share: float = decides(
        0.01,
        (
            "Least share of the power of all lines in question: weaker peaks may be what "
            "others left."
        ),
        unit="share",
    )
    several: float = decides(
        2.0,
        (
            "A line is a clock unless it forgets within the baseline; several lines that are "
            "one peak may take so many baselines."
        ),
        unit="baselines",
    )
    least_quality: float = decides(
        5.0,
        (
            "Least pi f tau, the frequency over the width of the peak: with less there is no "
            "peak, but noise that is stronger at low frequencies."
        ),
        unit="turns",
    )
    significant: float = decides(
        8.0,
        (
            "Logarithms of likelihood by which forgetting must beat a clock (noise does in "
            "one of 1e5 cases: twice this is chi-square with one degree of freedom or 0), and "
            "of evidence by which one broad peak must beat several clocks."
        ),
        unit="log likelihood",
    )
    better: float = decides(
        3.0,
        "",
        unit="log likelihood",
    )


COHERENCE = Coherence()


@dataclass(frozen=True)
class Effects:
    """Bends, groups, varying amplitudes and outliers."""

    most_bends: int = decides(
        8,
        "At most so many changes of slope; more are slow variation, not a trend.",
        unit="bends",
    )
    bend_margin: float = decides(
        0.05,
        (
            "No change within this share of the samples from either end, where nothing would "
            "determine it."
        ),
        unit="baselines",
    )
    group_fewest_values: int = decides(
        8,
        "A group needs this many values for a waveform of its own.",
        unit="values",
    )
    group_most_together: int = decides(
        1000,
        (
            "Up to so many values, groups are compared with what their values of one epoch "
            "have in common."
        ),
        unit="values",
    )
    group_maxima: int = decides(
        24,
        "Maxima taken from each spectrum of all groups together.",
        unit="frequencies",
    )
    group_window_power: float = decides(
        0.25,
        "",
        unit="power",
    )
    fewest_turns: float = decides(
        10.0,
        "A cycle needs so many turns over the data before its amplitude may vary, ...",
        unit="turns",
    )
    varying_clear: float = decides(
        3.0,
        "Logarithm of the evidence that it takes to let an amplitude vary: odds of 20.",
        unit="log odds",
    )
    turns_apart: float = decides(
        2.0,
        (
            "... between knots that are at least so many turns apart, with so many intervals "
            "at most."
        ),
        unit="turns",
    )
    huber_bound: float = decides(
        1.345,
        "Where the influence of a value ends, in standard deviations.",
        unit="deviations",
    )
    outlier_chance: float = decides(
        0.01,
        "Outliers are values that noise alone shows in so many of data sets.",
        unit="probability",
    )
    outlier_fewest_values: int = decides(
        5,
        "A smaller group shares the scale of all.",
        unit="values",
    )


EFFECTS = Effects()


@dataclass(frozen=True)
class Events:
    """Cycles in times without values."""

    fundamental_gain: float = decides(
        20.0,
        (
            "A fraction of the frequency is preferred only if it raises H by this much, e^8 "
            "in probability: it is tried twice for every cycle, and a wrong period is worse "
            "than a missing harmonic."
        ),
        unit="Z^2",
    )
    lowest_rate: float = decides(
        0.2,
        (
            "A rate that a strong waveform takes below this share of the mean, or below zero, "
            "is held here."
        ),
        unit="share of the mean rate",
    )
    alias_ratio: float = decides(
        0.05,
        (
            "Aliases of events are listed from this power ratio upwards: the power of a "
            "strong pulsar leaves a significant one even at a small ratio."
        ),
        unit="power",
    )
    drifting: int = decides(
        4,
        ("Candidates whose drift is tried, when a drift may hide the true order of their powers."),
        unit="lines",
    )


EVENTS = Events()


@dataclass(frozen=True)
class Learning:
    """Frequencies found inside a training loop."""

    patience: int = decides(
        16,
        "Steps after which nothing found in coarse inputs is worth a warning.",
        unit="steps",
    )
    hopeless: float = decides(
        0.05,
        (
            "What is no more significant than this at a single frequency is not looked at "
            "more closely."
        ),
        unit="share of the power",
    )
    kept_aside: int = decides(
        3,
        "One sample in this many is kept aside to confirm what the others have shown.",
        unit="samples",
    )
    confirmed: float = decides(
        0.01,
        "Probability at which the samples kept aside confirm a line at a given frequency.",
        unit="probability",
    )
    resolved: float = decides(
        1.5,
        "Two lines closer than this, in units of one over the span, are one.",
        unit="1/T",
    )
    near: float = decides(
        1.5,
        (
            "Closer than this, in units of one over the span, a line and a frequency belong "
            "together."
        ),
        unit="1/T",
    )
    better: float = decides(
        0.9,
        ("A line moves a frequency that is near only if its standard error is this much smaller."),
        unit="ratio",
    )
    explained: float = decides(
        0.5,
        "Share of the gradient that a correction of a frequency in place must explain.",
        unit="share",
    )
    gate: float = decides(
        0.7,
        ("A maximum on the grid of this part of the significant power may be a significant line."),
        unit="power",
    )
    first_pairs: int = decides(
        340,
        "Pairs of samples on the ladder's first rung, for the estimate of its cost.",
        unit="pairs",
    )
    joint_cycles: int = decides(
        1e7,
        ("The product of spans and bandwidths of several inputs may not exceed this many cycles."),
        unit="cycles",
    )
    ladder_budget: int = decides(
        1 << 21,
        (
            "Frequencies that one part of the ladder may evaluate: a band that needs more is "
            "out of reach."
        ),
        unit="frequencies",
    )


LEARNING = Learning()
