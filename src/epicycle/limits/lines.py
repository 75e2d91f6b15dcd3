"""When two lines are two, and which of them are one waveform."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


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
    half_seen: float = decides(0.01, "share", "modes/month", "derived: errors would grow by 10")
    """Where one phase of a line has less of the power of the other, the samples show one only."""
    overtone: float = decides(3.0, "errors", "modes/month", "derived: 99.7 % of true overtones")
    """A row so near to a multiple of another's frequency is said to be its overtone."""
    overtone_chance: float = decides(0.02, "share", "modes/month", "derived: 1 chance in 25")
    """Half width, in units of that frequency, beyond which any line stands at a multiple."""
    fewest_sidebands: int = decides(2, "rows", "accuracy/seasons", "derived: a product has two")
    """So many rows at sums and differences of two frequencies are said to be such."""


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
    least_density: float = decides(0.3, "share", "accuracy/sharp")
    """Samples are dense where there are so many of those that typical gaps would make."""
    fewest_irregular: int = decides(1000, "values", "accuracy/sharp")
    """Fewer samples that are not regular are not dense."""
    most_values: int = decides(20000, "values", "accuracy/eclipsing")
    """Sharp features are looked for up to this many values."""
    most_sums: float = decides(1e7, "sums", "accuracy/eclipsing")
    """Trial frequencies times orders up to which the spectrum is folded: a second."""
    points_per_peak: int = decides(8, "per 1/T", "accuracy/eclipsing", "derived: loses 1 %")
    """Points of the spectrum that is folded."""
    widths: float = decides(1.4, "ratio", "accuracy/eclipsing", "derived: loses 2 %")
    """Widths of the boxes that are tried are apart by this."""
    proposals: int = decides(3, "frequencies", "accuracy/eclipsing")
    """Frequencies that are compared by joint fits of all orders."""
    least_height: float = decides(40.0, "chi-square", "accuracy/eclipsing")
    """The best box must reduce chi-square by this: noise, among all trials, hardly does."""
    sinusoids: int = decides(12, "lines", "accuracy/eclipsing")
    """If so few sinusoids explain more, there are no sharp features, but unrelated lines."""
    rich: int = decides(5, "orders", "accuracy/sharp")
    """A cycle with so many orders may have more of them, whichever are weak between."""
    steeper: float = decides(1.2, "ratio", "accuracy/coverage")
    """By this, residuals must be larger at steep slopes for the error of a period to be widened."""
    undescribed: float = decides(2.0, "ratio", "accuracy/coverage")
    """By this, the error must be wider for more harmonics to be suggested."""
    suggested: int = decides(64, "orders", "accuracy/sharp")
    """Number of harmonics that is suggested where features are sharper."""
    weak: float = decides(0.01, "share", "accuracy/eclipsing")
    """A line with less of the power of a sharp cycle may be one of its orders that was left."""
    near: float = decides(0.3, "1/T", "accuracy/eclipsing")
    """It is if it stands so near to a multiple, or to the alias of one on the raster."""
    clear: float = decides(9.2, "log evidence", "accuracy/eclipsing", "derived: odds of 1e4")
    """Evidence that orders beyond a smooth waveform's, or those of a longer period, are there."""
    turns: float = decides(2.9, "cycles", "accuracy/seasons", "derived: three features of a tenth")
    """Over fewer cycles three sharp features need not be seen, which no drift has."""
    twice: float = decides(1.9, "cycles", "accuracy/seasons", "derived: two features of a tenth")
    """Over so many cycles features are seen twice: fitted, if alike, and not called a cycle."""
    again: float = decides(3.0, "deviations", "accuracy/seasons", "derived: nine flares are a comb")
    """By so many errors the mean turn of a sharp cycle must explain something."""
    least_of_turn: float = decides(0.25, "share", "accuracy/seasons")
    """Turns with fewer samples, as a share of the median turn's, do not count there."""
    island: float = decides(4.0, "ratio", "accuracy/seasons", "derived: two dips a cycle make 2")
    """Power of multiples of an order, over that of those between, that are a cycle of their own."""


SHARP = Sharp()


@dataclass(frozen=True)
class Dips:
    """When short dips or peaks in sparse samples are looked for, and how."""

    smooth: int = decides(16, "orders", "accuracy/survey")
    """Asked for fewer, nobody wants features sharper than a smooth waveform's."""
    far: float = decides(2.5, "deviations", "accuracy/survey")
    """Values as far from the median are far off."""
    very_far: float = decides(4.0, "deviations", "accuracy/survey")
    """Of values as far, few are enough."""
    fewest: int = decides(4, "values", "accuracy/survey")
    """Fewer values far off show no period."""
    most_share: float = decides(0.25, "share", "accuracy/survey")
    """With a larger part of the values far off, the waveform is no short dip."""
    chance: float = decides(1e-4, "probability", "accuracy/default_noise")
    """Normal noise has so many values far off so rarely: else it is not searched for dips."""
    most_frequencies: int = decides(1 << 21, "frequencies", "accuracy/survey")
    """Frequencies at most at which the phasors of values far off are summed."""
    peaks: int = decides(128, "frequencies", "accuracy/survey")
    """Maxima of these sums at which boxes are tried on all values."""
    most_folds: int = decides(50000, "values", "accuracy/survey")
    """Values folded at most around each of them."""
    proposals: int = decides(4, "frequencies", "accuracy/survey")
    """The best boxes, which are fitted with harmonics."""
    worse: float = decides(0.7, "ratio", "accuracy/survey")
    """A box that explains less than this part of what the best does is not."""
    most_orders: int = decides(60, "orders", "accuracy/survey")
    """Highest order of such a fit."""


DIPS = Dips()


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
    sharp: float = decides(0.15, "probability", "accuracy/eclipsing")
    """Prior probability of a waveform with one sharp feature."""
    doubled: float = decides(0.25, "probability", "accuracy/eclipsing")
    """Prior probability of two halves that are nearly alike: their period is easily halved."""
    clear: float = decides(10.0, "odds", "accuracy/eclipsing")
    """A period must be so much likelier than its half or third to be shown first."""
    despite_lines: float = decides(100.0, "odds", "accuracy/survey", "derived: clear, twice")
    """It must be so much likelier where no line tells it from its half or third by itself."""
    finalists: int = decides(8, "frequencies", "accuracy/eclipsing")
    """Frequencies that are compared to the end."""
    leaders: int = decides(3, "frequencies", "accuracy/survey")
    """Of frequencies that are hardly told apart, this many are tried where sinusoids outdo some."""
    telling: int = decides(4, "orders", "accuracy/survey")
    """This many orders that tell a period from its half are held against noise together."""
    chance_of_double: float = decides(0.05, "probability", "accuracy/survey")
    """What tells a double, which waveforms have shown, from its half is no chance then."""
    repeats: float = decides(1.5, "cycles", "accuracy/survey")
    """A waveform is one only if a part of it is seen in more cycles than this, on average."""
    parts: int = decides(16, "parts of a turn", "accuracy/survey")
    """Parts of a turn that must have been seen in more than one cycle, at most."""
    part_samples: int = decides(4, "samples", "accuracy/survey")
    """Of few samples there are fewer parts, with so many samples for each."""
    seen_again: float = decides(64.0, "cycles", "accuracy/survey")
    """Of so many cycles over the baseline parts are seen more than once, however spread."""
    related: int = decides(4, "frequencies", "accuracy/eclipsing")
    """Finalists whose halves, thirds and doubles join them."""


WAVEFORMS = Waveforms()
