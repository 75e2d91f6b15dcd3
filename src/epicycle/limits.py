"""The numbers that decide something for the user: value, unit, what holds it, and its origin.

Each is given as ``decides(value, unit, bench, origin)`` with its meaning below.  T is the baseline.
The origin is "derived: ...", "measured: ..." with a benchmark, or "chosen" where nothing better is
known; ``bench`` names the section of a benchmark, ``folder/section``, that measures its subject.
Code reads them from the instances, as in ``CYCLES.minimum``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def decides(value: Any, unit: str, bench: str, origin: str = "chosen") -> Any:
    """Return a field with its default, and what there is to know about it as metadata."""
    return field(default=value, metadata={"unit": unit, "bench": bench, "origin": origin})


@dataclass(frozen=True)
class Cycles:
    """What is a cycle, and not slow variation or chance."""

    minimum: float = decides(5.0, "cycles", "accuracy/red_noise")
    """Fewer over the baseline are slow variation, unless the user names a longest period."""
    minimum_samples: int = decides(10, "samples", "accuracy/white_noise")
    """Fewer samples, besides one for each background column, show no period."""
    minimum_events: int = decides(10, "events", "accuracy/false_alarms")
    """Powers of fewer events are far from the exponential distribution of significance."""
    waveform: float = decides(3.0, "cycles", "accuracy/noise_free")
    """With fewer cycles over the baseline a waveform has no meaning."""
    seen: float = decides(3.0, "cycles", "accuracy/tide")
    """A slow line with this many cycles may be a cycle, where it stands out."""
    outstanding: float = decides(4.0, "ratio", "accuracy/tide")
    """A slow line stands out by this ratio of power times f^2 to every other slow line."""
    in_training: float = decides(3.0, "cycles", "learning/sin")
    """A line with fewer cycles over the span cannot be told from a trend."""


CYCLES = Cycles()


@dataclass(frozen=True)
class Search:
    """Which frequencies are searched."""

    points_per_peak: int = decides(5, "per 1/T", "accuracy/refinement", "derived: loses 3.3 %")
    """Grid points per line width 1/T."""
    budget: int = decides(1 << 22, "frequencies", "search/wide")
    """The default band never has more frequencies; a band that the user names may."""
    dense_upto: int = decides(1 << 19, "frequencies", "search/planner")
    """Up to this size the dense search is as fast as the ladder, and sees weaker lines."""
    typical_gap: float = decides(0.1, "quantile", "accuracy/star")
    """The quantile of the gaps between irregular samples that the default band resolves."""
    widening: float = decides(0.15, "share", "accuracy/star")
    """Beyond that it is widened until a line needs this much more of the variance."""
    widened_upto: tuple[int, int] = decides((1 << 17, 1 << 19), "frequencies", "accuracy/star")
    """Frequencies at most of a band so widened, without and with a rhythm of the samples."""
    shortest_gap: float = decides(1e-09, "baselines", "accuracy/phase")
    """A shorter gap is none: the same time, given twice."""
    off_raster: float = decides(0.02, "steps", "accuracy/phase")
    """Times this far off every raster have none, and no Nyquist frequency."""
    on_raster: float = decides(1e-3, "steps", "accuracy/phase")
    """Times this near to a raster lie on it exactly: higher frequencies are the same again."""
    thin: float = decides(0.1, "share", "accuracy/star")
    """A raster of which a smaller part is used says nothing about where signals end."""
    slow_band: float = decides(20.0, "1/T", "accuracy/tide")
    """A band that begins below this frequency is searched from one cycle on."""


SEARCH = Search()


@dataclass(frozen=True)
class Ladder:
    """How the ladder looks where the band is too wide to try every frequency."""

    points_per_window: int = decides(
        3, "per 1/W", "search/simulated", "derived: 6 % of the height lost in the mean"
    )
    """Grid points per 1/W on a rung."""
    first_pairs: int = decides(
        200, "pairs", "search/few", "derived: 6.7 deviations at 2/3 of the variance"
    )
    """Pairs of the first rung."""
    reach: float = decides(0.35, "1/W", "search/simulated")
    """The semicoherent maximum lies within this distance of the line."""
    coherent_from: float = decides(1.0 / 64, "baselines", "search/simulated")
    """The coherent power takes over from segments of this length."""
    doubtful: int = decides(2, "frequencies", "search/simulated")
    """Survivors, in the mean, that are examined more closely although they are noise."""
    surely: float = decides(2.0, "deviations", "search/simulated", "derived: 97.7 % of lines seen")
    """Height above the threshold at which a line counts as visible."""
    segment_reach: float = decides(0.3, "1/L", "search/simulated")
    """The maximum of the power lies within this distance of the line."""


LADDER = Ladder()


@dataclass(frozen=True)
class Noise:
    """How large the noise is, and what is none."""

    exact: float = decides(1e-24, "share", "accuracy/noise_free", "derived: 1e4 roundings, squared")
    """Share of the sum of squares that rounding leaves at most."""
    neighbourhood: float = decides(8.0, "1/T", "accuracy/coverage")
    """Half width of the neighbourhood in which the noise around a line is measured."""
    notch: float = decides(1.0, "1/T", "accuracy/coverage")
    """Half width of the gap that the line's own fit has cut into its neighbourhood."""
    white: float = decides(0.8, "probability", "accuracy/coverage")
    """Prior probability that the noise around a line is white."""
    highest_level: float = decides(10000.0, "power", "accuracy/coverage")
    """Highest noise level around a line, relative to white noise, that is considered."""
    fewest_values: int = decides(5, "values", "accuracy/false_alarms")
    """A smaller group shares the scatter of all groups."""
    red_knot_ratio: float = decides(4.0, "ratio", "accuracy/red_noise")
    """Ratio of the frequencies of neighbouring knots of the smooth noise spectrum."""


NOISE = Noise()


@dataclass(frozen=True)
class Trials:
    """How many independent frequencies a band has, and when a line is noise."""

    alias_ratio: float = decides(0.2, "power", "accuracy/false_alarms")
    """An alias above this power ratio makes one maximum of two."""
    most_aliases: int = decides(12, "frequencies", "accuracy/false_alarms")
    """Aliases that count, the strongest first."""
    nearly: float = decides(0.999, "correlation", "accuracy/false_alarms")
    """Largest correlation that an alias may have."""
    typical: float = decides(0.003, "probability", "accuracy/false_alarms")
    """That share is measured at maxima of this false-alarm probability."""
    clear: float = decides(1e-06, "ratio", "accuracy/white_noise")
    """Below this part of the level a line is significant however aliases count."""
    hopeless: float = decides(50.0, "ratio", "accuracy/white_noise")
    """Above this multiple of the level a line is noise however aliases count."""


TRIALS = Trials()


@dataclass(frozen=True)
class Lines:
    """When two lines are two, and where one may stand."""

    separation: float = decides(1.0, "1/T", "modes/month")
    """No line is added closer to another: their amplitudes would cancel."""
    largest_drift: float = decides(32.0, "1/T^2", "search/pulsar", "derived: smears 32 widths")
    """Largest drift that is searched."""
    final_separation: float = decides(0.95, "ratio", "modes/month")
    """After the last joint fit two lines stand this part of the separation apart, or one goes."""
    grown: float = decides(1.5, "ratio", "modes/month")
    """A line whose amplitude grows by this when a neighbour is added may be fighting it."""
    fighting: float = decides(0.5, "ratio", "modes/month")
    """The neighbour is refused if it has this part of the amplitude of a line that has grown."""
    unresolved: float = decides(4.0, "power", "modes/month")
    """Residual power next to a line, relative to white noise, that noise cannot explain."""


LINES = Lines()


@dataclass(frozen=True)
class ClosePairs:
    """When one line becomes two to four that are closer than 1/T."""

    reach: float = decides(1.5, "1/T", "modes/month")
    """Half width of a neighbourhood: the lines within it are placed anew."""
    share: float = decides(0.05, "share", "modes/month")
    """A line is split only where its neighbourhood holds this part of all that is left."""
    values: float = decides(28.0, "chi-square", "modes/month")
    """Chi-square units that white noise leaves in a neighbourhood."""
    tries: int = decides(3, "places", "modes/month")
    """Neighbourhoods that are tried in one round."""
    most: int = decides(4, "lines", "modes/month")
    """Most lines in the place of one."""
    promising: float = decides(0.03, "share", "modes/month")
    """Part of a neighbourhood that new lines may leave while other lines may be missing."""
    resolved: float = decides(0.0001, "share", "modes/month")
    """Part of a neighbourhood that new lines may leave in the end."""
    factor: float = decides(100.0, "ratio", "modes/month")
    """A line that changes must leave this many times what constant lines leave."""
    better: float = decides(0.95, "ratio", "modes/month")
    """Each group of new lines must reduce what is left of all data to this part."""


PAIRS = ClosePairs()


@dataclass(frozen=True)
class Harmonics:
    """Which harmonics a cycle has, and which lines are one waveform."""

    chance_of_harmonic: float = decides(0.0001, "probability", "accuracy/stripe82")
    """False-alarm probability of one added harmonic."""
    chance_of_fundamental: float = decides(1e-05, "probability", "accuracy/eclipsing")
    """The same of dividing a frequency by 2 or 3: nine places are tried, and it costs more."""
    least_odds: float = decides(10.0, "odds", "search/harmonics")
    """Posterior odds that lock two lines into one waveform."""
    lost: float = decides(12.0, "chi-square", "search/harmonics")
    """Locking two lines into one waveform may cost this at most."""
    beside: float = decides(9.0, "chi-square", "accuracy/stripe82")
    """A maximum higher by this within a line width is another line."""
    weak_fundamental: float = decides(0.1, "share", "accuracy/eclipsing")
    """A fundamental with less of its strongest multiple needs a second odd multiple."""
    largest_gap: int = decides(2, "orders", "accuracy/eclipsing")
    """Orders follow each other with at most one left out, unless many are known."""
    combs: int = decides(3, "lines", "search/harmonics", "derived: two of any shape fill two combs")
    """Lines, none a multiple of another, that make a waveform without a line at its frequency."""
    rich: int = decides(3, "orders", "accuracy/eclipsing")
    """With this many orders known, a larger gap is allowed."""
    few_values: int = decides(200, "values", "accuracy/stripe82")
    """Up to this many values an output, joint fits look for harmonics."""
    values_each: int = decides(3, "values", "accuracy/stripe82")
    """A fit with fewer values for each parameter describes the noise."""
    patience: int = decides(2, "orders", "accuracy/stripe82")
    """Orders beyond the best number that are tried before giving up."""
    misfit: float = decides(0.3, "deviation", "accuracy/stripe82")
    """Scatter of a waveform about its first harmonics, in units of the signal's."""
    choices: int = decides(100, "frequencies", "accuracy/false_alarms")
    """Frequencies and orders among which a waveform has been chosen: the price in BIC."""


HARMONICS = Harmonics()


@dataclass(frozen=True)
class Sharp:
    """When a cycle has features too sharp for the harmonics of a smooth waveform."""

    smooth: int = decides(16, "orders", "accuracy/eclipsing")
    """A waveform that needs no more orders is none of these."""
    most_orders: int = decides(256, "orders", "accuracy/eclipsing")
    """Highest order of a cycle with sharp features."""
    beyond_nyquist: float = decides(3.0, "ratio", "accuracy/eclipsing")
    """Highest order of a sharp cycle on a raster, in units of its Nyquist frequency."""
    values_each: int = decides(3, "values", "accuracy/eclipsing")
    """A fit with fewer values for each amplitude describes the noise."""
    fewest_values: int = decides(200, "values", "accuracy/eclipsing")
    """Fewer values carry no more orders than a smooth waveform has."""
    most_values: int = decides(20000, "values", "accuracy/eclipsing")
    """Sharp features are looked for up to this many values."""
    most_sums: float = decides(1e7, "sums", "accuracy/eclipsing")
    """Trial frequencies times orders up to which the spectrum is folded: a second."""
    proposals: int = decides(3, "frequencies", "accuracy/eclipsing")
    """Frequencies that are compared by joint fits of all orders."""
    least_height: float = decides(40.0, "chi-square", "accuracy/eclipsing")
    """The best box must reduce chi-square by this: noise, among all trials, hardly does."""
    sinusoids: int = decides(12, "lines", "accuracy/eclipsing")
    """If so few sinusoids explain more, there are no sharp features, but unrelated lines."""
    weak: float = decides(0.01, "share", "accuracy/eclipsing")
    """A line with less of the power of a sharp cycle may be one of its orders that was left."""
    near: float = decides(0.3, "1/T", "accuracy/eclipsing")
    """It is if it stands so near to a multiple, or to the alias of one on the raster."""
    clear: float = decides(9.2, "log evidence", "accuracy/eclipsing", "derived: odds of 1e4")
    """Evidence that orders beyond a smooth waveform's, or those of a longer period, are there."""


SHARP = Sharp()


@dataclass(frozen=True)
class Waveforms:
    """Which frequencies are compared as waveforms, and what is likely beforehand."""

    orders: int = decides(3, "orders", "accuracy/eclipsing")
    """Spectra of 1 to this many harmonics propose frequencies."""
    maxima: int = decides(24, "frequencies", "accuracy/stripe82")
    """Maxima taken from each spectrum."""
    window_power: float = decides(0.25, "power", "accuracy/stripe82")
    """Window peaks from this power propose neighbours of a maximum."""
    most_frequencies: int = decides(1 << 19, "frequencies", "accuracy/eclipsing")
    """The spectra of several harmonics cover the lower part of a band, up to this size."""
    most_values: int = decides(5000, "values", "accuracy/eclipsing")
    """Of more values, this number, drawn at random, is compared."""
    most_outputs: int = decides(8, "outputs", "accuracy/stripe82")
    """Of more outputs, this number of the strongest is compared."""
    common: tuple[tuple[float, float], ...] = decides(
        ((0.97, 0.85), (0.5, 0.15)), "share, probability", "accuracy/stripe82"
    )
    """Share of the prior variance that all outputs have in common, and its probability."""
    departing: int = decides(4, "orders", "accuracy/stripe82")
    """Orders in which groups may depart from the common waveform."""
    tempered: float = decides(0.75, "exponent", "accuracy/stripe82", "measured: simulated bands")
    """Log odds are multiplied by this: residuals stay correlated longer than one epoch."""
    free: float = decides(0.2, "share", "accuracy/stripe82")
    """Least share of the values that a fit leaves free."""
    tail: float = decides(4.0, "freedom", "accuracy/stripe82")
    """Degrees of freedom of Student's t: one outlier does not choose the frequency."""
    neighbours: float = decides(0.05, "periods", "accuracy/eclipsing")
    """Values within this part of the shortest period are neighbours."""
    detail: int = decides(8, "orders", "accuracy/eclipsing")
    """Highest order of a waveform; twice that where it nearly repeats after half a cycle."""
    clear: float = decides(10.0, "odds", "accuracy/eclipsing")
    """A period must be so much likelier than its half or third to be shown first."""
    finalists: int = decides(8, "frequencies", "accuracy/eclipsing")
    """Frequencies that are compared to the end."""
    related: int = decides(4, "frequencies", "accuracy/eclipsing")
    """Finalists whose halves, thirds and doubles join them."""


WAVEFORMS = Waveforms()


@dataclass(frozen=True)
class Aliases:
    """Which aliases are judged, listed and warned of."""

    power_ratio: float = decides(0.2, "power", "accuracy/star")
    """An alias is listed from this power ratio upwards."""
    undecided: float = decides(0.01, "odds", "accuracy/star")
    """From these odds upwards a cycle and its alias are not told apart."""
    hardly: float = decides(0.1, "odds", "accuracy/star", "derived: neither is 10 times as likely")
    """Between these odds and their inverse the data hardly tell a cycle from its alias."""
    least_odds: float = decides(0.001, "odds", "accuracy/star")
    """A place with these odds is listed however little power it has."""
    worth_a_fit: float = decides(-20.0, "log odds", "accuracy/star")
    """An alias is refitted jointly if its quick log odds exceed this; a fit adds a few units."""
    fits: int = decides(5, "aliases", "accuracy/star")
    """Aliases of each cycle that are refitted at most."""
    fractions: int = decides(2, "fractions", "accuracy/eclipsing")
    """Subharmonics of each cycle that are refitted at most."""
    loud: float = decides(1.5, "power", "accuracy/coverage")
    """Noise around a line counts from this level; less is the scatter of its estimate."""
    window_share: float = decides(0.5, "share", "accuracy/star")
    """A window peak below this part of that ratio leads to no alias worth naming."""


ALIASES = Aliases()


@dataclass(frozen=True)
class Coherence:
    """Whether a cycle is a clock or a broad peak."""

    neighbourhood: float = decides(8.0, "1/T", "accuracy/red_noise")
    """Lines this near may belong to one broad peak; farther ones if the peak is broader."""
    peak_widths: float = decides(4.0, "widths", "accuracy/red_noise")
    """Half width of the neighbourhood of a broad peak, in units of its width."""
    suspicious: float = decides(1.5, "power", "accuracy/red_noise")
    """Residual power around a line, relative to white noise, that is examined."""
    clocks_share: float = decides(0.9, "share", "accuracy/red_noise")
    """Part of the power around a line from which it must be a clock."""
    least_share: float = decides(0.01, "share", "accuracy/red_noise")
    """Least part of the power of all lines in question: weaker peaks may be leftovers."""
    several: float = decides(2.0, "baselines", "accuracy/red_noise")
    """Several lines are one broad peak if it forgets sooner; one line, within one baseline."""
    least_quality: float = decides(2.0, "turns", "accuracy/red_noise")
    """Least pi f tau: with less there is no peak, but noise stronger at low frequencies."""
    significant: float = decides(8.0, "log likelihood", "accuracy/red_noise", "derived: 1 in 1e5")
    """By this, forgetting must beat a clock."""
    better: float = decides(3.0, "log evidence", "accuracy/red_noise", "derived: odds of 20")
    """By this, one broad peak must beat several clocks."""


COHERENCE = Coherence()


@dataclass(frozen=True)
class Steadiness:
    """Whether the phase of a cycle runs straight."""

    turns: float = decides(3.0, "turns", "accuracy/coverage")
    """A window in which the phase is measured has at least this many."""
    fewest_windows: int = decides(4, "windows", "accuracy/coverage")
    """With fewer the phase of a cycle is not questioned."""
    most_windows: int = decides(8, "windows", "accuracy/coverage")
    """More would be noisier, each."""
    suspicious: float = decides(0.1, "probability", "accuracy/coverage")
    """Phases that a clock shows less often are examined; so is one with lines near multiples."""
    chance: float = decides(1e-5, "probability", "accuracy/coverage")
    """A rhythm is not steady where noise bends a clock as far so rarely."""
    better: float = decides(10.0, "log evidence", "accuracy/coverage")
    """By this, one rhythm with a bent phase must beat all lines that describe it, and a pair."""
    examined: int = decides(4, "cycles", "accuracy/tide")
    """The strongest cycles, of which this is asked: a comb is told by its strongest line."""
    orders: int = decides(32, "orders", "accuracy/eclipsing")
    """Harmonics that are put on a bent clock."""
    reach: float = decides(4.0, "1/T", "accuracy/coverage")
    """Lines this near to a multiple may be part of a rhythm that is not steady."""
    spread: float = decides(0.05, "share", "accuracy/coverage")
    """So may lines this near in units of the multiple: periods that swing."""
    left: float = decides(0.5, "share", "accuracy/coverage")
    """A line that keeps this part of its amplitude is none of them."""


STEADINESS = Steadiness()


@dataclass(frozen=True)
class Effects:
    """Bends, groups, varying amplitudes and outliers."""

    most_bends: int = decides(8, "bends", "forecasts/simulated")
    """More changes of slope are slow variation, not a trend."""
    bend_margin: float = decides(0.05, "share", "forecasts/simulated")
    """No bend within this part of the samples from either end."""
    group_fewest_values: int = decides(8, "values", "accuracy/stripe82")
    """A group needs this many values for a waveform of its own."""
    group_clear: float = decides(3.0, "log evidence", "accuracy/stripe82", "derived: odds of 20")
    """Evidence that lets groups have waveforms of their own."""
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
    drifting: int = decides(4, "lines", "search/pulsar")
    """Candidates whose drift is tried, when it may hide the order of their powers."""


EVENTS = Events()


@dataclass(frozen=True)
class Honesty:
    """What is told of data, and of what was not seen."""

    beyond_chance: float = decides(5.0, "deviations", "accuracy/false_alarms")
    """Equal rows beyond this many deviations of chance are copies, which count once."""
    carried: float = decides(0.5, "share", "accuracy/bioluminescence", "derived: most of it")
    """Outliers with this share of the remaining variance are named, with what helps."""
    isolated: float = decides(3.0, "ranges", "accuracy/bioluminescence")
    """A value that occurs twice and lies this many ranges of all others away marks a gap."""
    independent: float = decides(0.1, "share", "accuracy/tide", "derived: errors grow by 10^1/2")
    """A known period is fitted if trend and offsets leave this share of its information."""
    seen: float = decides(
        0.95, "probability", "accuracy/white_noise", "derived: the limit is one of 95 %"
    )
    """Share of the sinusoids of the band, at the limit, that would have been seen."""
    tested: float = decides(3.0, "ratio", "accuracy/white_noise")
    """A limit is stated up to this multiple of what evenly spread samples would show."""


HONESTY = Honesty()


@dataclass(frozen=True)
class Learning:
    """Frequencies found inside a training loop."""

    patience: int = decides(16, "searches", "learning/no_cycle")
    """Searches of coarse inputs without a finding that deserve a warning."""
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
    better: float = decides(0.9, "ratio", "learning/sin")
    """A line moves a near frequency only if its error is this much smaller."""
    explained: float = decides(0.5, "share", "learning/targets")
    """Part of the gradient that correcting a placed frequency must explain."""
    gate: float = decides(0.7, "power", "learning/noise")
    """A grid maximum from this part of the significant power may be significant."""
    joint_cycles: float = decides(10000000.0, "cycles", "learning/targets")
    """The product of spans and bandwidths of several inputs may not exceed this."""


LEARNING = Learning()
