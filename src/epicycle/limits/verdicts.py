"""What is said of a cycle: its aliases, whether it is a clock, what was not seen."""

from __future__ import annotations

from dataclasses import dataclass

from epicycle.limits.fields import decides


@dataclass(frozen=True)
class Aliases:
    """Which aliases are judged, listed and warned of."""

    power_ratio: float = decides(0.2, "power", "accuracy/star")
    """An alias is listed from this power ratio upwards."""
    undecided: float = decides(0.01, "odds", "accuracy/star")
    """From these odds upwards a cycle and its alias are not told apart."""
    room: float = decides(1.05, "ratio", "accuracy/survey")
    """A band that is widened for a line ends so much above it."""
    hardly: float = decides(0.1, "odds", "accuracy/star", "derived: neither is 10 times as likely")
    """Between these odds and their inverse the data hardly tell a cycle from its alias."""
    nearly: float = decides(0.03, "odds", "accuracy/survey")
    """From these odds upwards a waveform is not surely told from one of two or three times its
    period, whose parts are nearly alike."""
    of_a_line: float = decides(0.2, "odds", "accuracy/survey")
    """From these odds upwards, as a waveform, a multiple or fraction of a single line is told:
    noise alone gives less to forty of forty-one sinusoids."""
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
    rival_odds: float = decides(1e-5, "odds", "accuracy/stripe82")
    """A rival judged as a waveform is listed from these odds upwards."""
    rivals: int = decides(4, "rivals", "accuracy/stripe82")
    """Of so many, the likeliest."""
    listed: int = decides(5, "aliases", "accuracy/star")
    """Aliases and rivals of a cycle that are listed at most."""
    alike: float = decides(0.8, "ratio", "accuracy/survey")
    """Frequencies in a ratio nearer to 1 are not told apart by which is the lower."""
    repeats: float = decides(2.0, "repetitions", "accuracy/star")
    """Days, or years, that data must span to repeat themselves daily or yearly."""
    further: float = decides(3.0, "bands", "accuracy/survey")
    """Beyond a band that cost has cut, this many times as many frequencies are looked at."""
    most_further: int = decides(1 << 19, "frequencies", "accuracy/survey")
    """No more than this are, or none: less than the pursuit itself takes."""
    most_values: int = decides(20_000, "values", "accuracy/survey")
    """Nor is it done with more values."""


ALIASES = Aliases()


@dataclass(frozen=True)
class Fringes:
    """Where a gap leaves open how many whole cycles fit into it."""

    gap: float = decides(1 / 16, "share", "accuracy/campaigns")
    """Campaigns are apart if a gap is this part of the baseline."""
    unusual: float = decides(5.0, "gaps", "accuracy/campaigns")
    """They are if it is also this many times the usual gap."""
    tooth: float = decides(2.5, "ratio", "accuracy/campaigns")
    """A comb ends where its next tooth is farther than this many times its first one."""
    farthest: int = decides(4000, "1/T", "accuracy/campaigns")
    """Fringes are looked for within this distance of a line."""
    apart: float = decides(
        0.4, "1/T", "accuracy/campaigns", "derived: those of two short campaigns are 1/T apart"
    )
    """Two maxima closer than this are one."""
    doubt: float = decides(0.02, "share", "accuracy/campaigns")
    """A maximum that is lower by this share of the power may still win a joint fit."""
    margin: float = decides(30.0, "chi-square", "accuracy/campaigns", "derived: odds of 3e6")
    """So may one that is lower by this."""
    fits: int = decides(8, "frequencies", "accuracy/campaigns")
    """Fringes that are fitted jointly, the highest first."""
    listed: int = decides(12, "periods", "accuracy/campaigns")
    """Periods that a sentence lists; of more it tells number and range."""


FRINGES = Fringes()


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
    fewest_values: int = decides(3, "values", "accuracy/coverage")
    """A window with fewer tells no shift of the waveform."""
    seen: float = decides(0.05, "share", "accuracy/coverage")
    """Nor does one that tells less than this part of what the best window tells."""
    most_windows: int = decides(8, "windows", "accuracy/coverage")
    """More would be noisier, each."""
    finest: float = decides(0.06, "turns", "rhythms/found", "derived: 1/3 radian")
    """Windows in which a phase is looked at for scatter are so long that its error is this."""
    most_turns: int = decides(48, "windows", "rhythms/found")
    """More windows than this say no more about a scatter that is to be seen at all."""
    suspicious: float = decides(0.1, "probability", "accuracy/coverage")
    """Phases that a clock shows less often are examined; so is one with lines near multiples."""
    chance: float = decides(1e-5, "probability", "accuracy/coverage")
    """A rhythm is not steady where noise bends a clock as far so rarely."""
    scattered: float = decides(1e-3, "probability", "rhythms/found", "derived: it widens an error")
    """The same of phases that merely scatter."""
    better: float = decides(3.0, "log evidence", "accuracy/coverage", "derived: odds of 20")
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
    marks: float = decides(10.0, "ratio", "accuracy/bioluminescence")
    """A number of nines, such as -999, marks a gap where it lies so many times less far off."""
    neighbours: int = decides(30, "pairs", "accuracy/red_noise")
    """So many pairs of neighbouring residuals are needed to say that they correlate."""
    neighbour_correlation: float = decides(0.3, "correlation", "accuracy/red_noise")
    """Neighbouring residuals that correlate so much are told, with what tests against it."""
    neighbour_errors: float = decides(5.0, "errors", "accuracy/red_noise")
    """A correlation of neighbouring residuals is told from so many of its errors upwards."""
    near_a_day: tuple[float, float] = decides((20.0, 28.0), "hours", "accuracy/tide")
    """A rhythm of such a period is told in times of day."""
    another_time: float = decides(3.0, "errors", "accuracy/tide")
    """A period so far from 24 hours has its maxima at another time every day."""


HONESTY = Honesty()


@dataclass(frozen=True)
class Asked:
    """How a period that the user asks about is judged."""

    condition: float = decides(
        30.0, "ratio", "accuracy/short", "derived: collinear from here (Belsley et al. 1980)"
    )
    """A period is judged up to this condition number of background and waveform."""
    inflated: float = decides(10.0, "ratio", "accuracy/short", "derived: errors grow by 5")
    """From here on, it is told how badly the design separates the period."""
    waveform: float = decides(
        20.0, "ratio", "accuracy/short", "derived: adds 1/20 to the false alarms"
    )
    """A waveform counts instead of a sinusoid where noise imitates it this much more rarely."""
    order: float = decides(0.001, "probability", "accuracy/short")
    """A harmonic is fitted where noise shows any so rarely."""
    scatter: float = decides(0.01, "probability", "accuracy/short")
    """Groups without errors share their scatter unless chance makes it differ so rarely."""
    differ: float = decides(0.01, "probability", "accuracy/short")
    """Groups have waveforms of their own where chance makes theirs differ so rarely."""
    fewest: int = decides(2, "degrees of freedom", "accuracy/short")
    """So many must be left to the scatter, or nothing is judged."""
    points: float = decides(10.0, "per 1/T", "accuracy/short", "derived: loses .8 %")
    """Grid points per 1/T of a range, before its maximum is refined."""


ASKED = Asked()
