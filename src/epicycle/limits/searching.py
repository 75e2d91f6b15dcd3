"""What is searched, how large the noise is, and when a maximum is more than noise."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


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
    mirror: float = decides(0.04, "power", "accuracy/red_noise")
    """Peaks of the spectral window from this power mirror slow variation as lines."""
    mirror_often: float = decides(10.0, "ratio", "accuracy/red_noise")
    """They do if the sampling repeats itself this many times more often than the slowest cycle."""
    mirror_multiples: int = decides(6, "multiples", "accuracy/false_alarms", "derived: of a week")
    """Multiples of what the sampling repeats at which slow variation may be mirrored."""
    suggested: float = decides(1.25, "ratio", "accuracy/false_alarms")
    """A longest period that is suggested is so much longer than what was seen."""
    mirror_most: float = decides(100.0, "ratio", "accuracy/red_noise")
    """A line with more than this times the power of all slow variation is no mirror of it."""
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
    refused: float = decides(100.0, "ratio", "search/planner")
    """A search that costs so many times the number of frequencies allowed is refused."""
    seconds: float = decides(1e9, "frequencies", "search/planner")
    """None is that costs less than this: a few seconds."""
    first_look: float = decides(0.2, "share", "search/planner")
    """A ladder tried before a dense search that is allowed costs at most this share of it."""
    off_raster: float = decides(0.02, "steps", "accuracy/phase")
    """Times this far off every raster do not lie on it."""
    near_raster: float = decides(
        0.1, "steps", "forecasts/shelf", "derived: months of a calendar are 0.08 steps off"
    )
    """Gaps of whole days this far off whole months are those of no calendar.  Beyond the Nyquist
    frequency of months all lines are hardly told from those below."""
    on_raster: float = decides(1e-3, "steps", "accuracy/phase")
    """Times this near to a raster lie on it exactly: higher frequencies are the same again."""
    thin: float = decides(0.1, "share", "accuracy/star")
    """A raster of which a smaller part is used says nothing about where signals end."""
    cadence_steps: float = decides(100.0, "steps", "accuracy/campaigns")
    """Longer gaps than this are between pieces, whose rasters need not match."""
    cadence_share: float = decides(0.9, "share", "accuracy/campaigns")
    """Where such a part of the gaps are multiples of a step, this is the cadence of pieces."""
    cadence_fewest: int = decides(20, "gaps", "accuracy/campaigns")
    """Fewer gaps show no cadence."""
    slow_band: float = decides(20.0, "1/T", "accuracy/tide")
    """A band that begins below this frequency is searched from one cycle on."""


SEARCH = Search()


@dataclass(frozen=True)
class Rhythm:
    """Whether the samples follow a rhythm, whose jitter resolves more than their gaps."""

    longest: float = decides(4.0, "gaps", "accuracy/cliffs")
    """A rhythm longer than this many mean gaps is none."""
    shortest: float = decides(0.4, "gaps", "accuracy/cliffs")
    """Nor is one shorter than this part of the typical short gap."""
    power: float = decides(0.1, "power", "accuracy/cliffs")
    """Least power of the spectral window at a rhythm."""
    sure: float = decides(5.0, "log odds", "accuracy/cliffs", "derived: odds of 150")
    """By this, it must exceed what chance shows among all that are tried."""
    visit: float = decides(0.1, "gaps", "accuracy/cliffs")
    """Samples closer than this part of the mean gap are one visit, and tell one offset."""
    tried: int = decides(4, "rhythms", "accuracy/cliffs")
    """Rhythms whose jitter is measured, the strongest first."""


RHYTHM = Rhythm()


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
    """Share of the sum of squares about the mean that rounding leaves at most."""
    digits: float = decides(8.0, "last digits", "accuracy/noise_free")
    """Error of a value and of its model, in units of the last binary digit of the value."""
    neighbourhood: float = decides(8.0, "1/T", "accuracy/coverage")
    """Half width of the neighbourhood in which the noise around a line is measured."""
    notch: float = decides(1.0, "1/T", "accuracy/coverage")
    """Half width of the gap that the line's own fit has cut into its neighbourhood."""
    white: float = decides(0.8, "probability", "accuracy/coverage")
    """Prior probability that the noise around a line is white."""
    highest_level: float = decides(10000.0, "power", "accuracy/coverage")
    """Highest noise level around a line, relative to white noise, that is considered."""
    fewest_values: int = decides(5, "values", "accuracy/false_alarms")
    """Outliers and forecasts of a smaller group are judged by the scatter of all groups."""
    fewest_shared: int = decides(10, "values", "accuracy/stripe82")
    """With fewer that share their moment, noise of moments and of values are not told apart."""
    fewest_to_tell: int = decides(10, "degrees of freedom", "accuracy/few_values")
    """Beside larger outputs, one with less than this has no say in what is found."""
    believed_weights: float = decides(
        0.5, "probability", "accuracy/few_values", "derived: no preference"
    )
    """Probability beforehand that weights are inverse variances, as they are taken to be."""
    weights_leave: float = decides(0.75, "share", "accuracy/few_values")
    """Where unequal weights leave less than this of the values, the result says so."""
    told_alike: float = decides(0.02, "share", "accuracy/few_values", "derived: 1 % of an error")
    """Shares of values that differ by less give the same search, which is not made again."""
    red_knot_ratio: float = decides(4.0, "ratio", "accuracy/red_noise")
    """Ratio of the frequencies of neighbouring knots of the smooth noise spectrum."""


NOISE = Noise()


@dataclass(frozen=True)
class Scatters:
    """How alike the scatters of groups without errors are."""

    alike: float = decides(0.5, "probability", "accuracy/few_values", "derived: no preference")
    """Probability beforehand that all groups scatter alike."""


SCATTERS = Scatters()


@dataclass(frozen=True)
class Trials:
    """How many independent frequencies a band has, and when a line is noise."""

    outweighing: float = decides(10.0, "mean weights", "accuracy/few_values")
    """Where a sample has this weight, weights count as far as the fit leaves them."""
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
