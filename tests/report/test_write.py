"""The report: what it says is so, it needs nothing else, and everybody can read it."""

import base64
import dataclasses
import hashlib
import itertools
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import epicycle
from epicycle.report import figures, page, words
from epicycle.report.days import plan_actogram
from epicycle.report.write import build_report, write_report
from epicycle.views.folds import event_rate
from epicycle.views.series import Series
from tests.cli.test_commands import NOISE, TIDE, refusal, run

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
VOID = {"meta", "img", "br", "link", "source"}


def rhythm(period: float = 24.6, n: int = 600, days: float = 12.0, noise: float = 0.4, zone=None):
    """Return times in hours, or dates, and a daily rhythm with its maximum at 15 h of day one."""
    rng = np.random.default_rng(4)
    t = np.sort(rng.uniform(0, 24 * days, n))
    y = 10 + 3 * np.cos(2 * np.pi * (t - 15.0) / period) + noise * rng.normal(size=n)
    if zone is None:
        return t, y
    start = pd.Timestamp("2024-05-01", tz=zone)
    return pd.DatetimeIndex(start + pd.to_timedelta(t, unit="h")), y


@pytest.fixture(scope="module")
def model():
    return epicycle.find_cycles(*rhythm(), unit="h", harmonics=2)


@pytest.fixture(scope="module")
def report(model) -> str:
    return build_report(model, title="A < B & sleep", value_label="activity <counts>")


class Reader(HTMLParser):
    """Take note of the structure of a page, and refuse tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.text: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append((self.open[-1] if self.open else "", data))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    def said(self, *tags):
        return " ".join(t for tag, t in self.text if tag in tags)


# ---- The page ------------------------------------------------------------------------------


def test_the_page_is_whole_and_has_every_part(report):
    reader = Reader(report)
    headings = [t for tag, t in reader.text if tag == "h2"]
    assert headings == [
        "Cycles", "Spectrum", "Folded at each period", "Data and model", "Components", "Forecast",
        "What is left", "Day by day", "What else there is to know", "Where this comes from",
    ]  # fmt: skip
    assert reader.said("h1") == "A < B & sleep"
    anchors = {a["id"] for name, a in reader.tags if "id" in a}
    assert {a["href"][1:] for a in reader.all("a")} <= anchors


def test_nothing_is_fetched_and_nothing_runs(report):
    reader = Reader(report)
    assert not reader.all("script")
    assert not reader.all("link")
    for _, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "srcset"):
            if name in attributes:
                assert attributes[name].startswith(("data:image/png;base64,", "#"))
    assert "url(" not in report
    assert "@import" not in report
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", report)


def test_everybody_can_read_it(report):
    reader = Reader(report)
    assert reader.all("html") == [{"lang": "en"}]
    assert any(a.get("name") == "viewport" for a in reader.all("meta"))
    levels = [int(name[1]) for name, _ in reader.tags if re.fullmatch(r"h\d", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    images = reader.all("img")
    assert len(images) >= 10
    for image in images:
        assert len(image["alt"]) > 30
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0
    assert all(a["scope"] in ("col", "row") for a in reader.all("th"))
    assert reader.said("caption")


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
        parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_has_contrast():
    assert contrast("#000", "#ffffff") == pytest.approx(21.0)
    colours = set(re.findall(r"[ ;{]color: (#[0-9a-f]+)", page._STYLE))
    assert len(colours) >= 3
    assert all(contrast(colour, "#fff") >= 4.5 for colour in colours)


def test_pictures_are_pictures(report):
    data = [base64.b64decode(d) for d in re.findall(r"base64,([A-Za-z0-9+/=]+)", report)]
    assert all(d.startswith(b"\x89PNG") for d in data)
    assert len(set(data)) == len(data)


# ---- What it says --------------------------------------------------------------------------


def test_the_summary_says_what_was_found(model):
    text = words.summary(model, Series.of(model, 0), "activity")
    cycle = model.cycles[0]
    assert text[0].startswith("One cycle was found in 600 samples of activity over ")
    assert f"repeats every {words.period(cycle, 'h')}" in text[0]
    share = float(re.search(r"explains ([0-9.]+) %", text[2])[1])
    t, y = rhythm()
    expected = 100 * (1 - np.var(y - model.predict(t)) / np.var(y))
    assert share == pytest.approx(expected, abs=0.05)


def test_the_actogram_knows_where_the_maximum_moves(model):
    found = plan_actogram(model, Series.of(model, 0))
    assert found.values.shape == (12, 48)
    # day and hour of the first maximum, and 24.6 h later the next
    np.testing.assert_allclose(found.maximum[0], [0, 15], atol=0.2)
    np.testing.assert_allclose(found.maximum[1], [1, 15.6], atol=0.2)
    minutes = re.search(r"comes ([0-9.]+) minutes later", words.of_actogram(model, found))[1]
    assert abs(float(minutes) - 36) < 4 * 60 * model.cycles[0].period_error
    # the light cells are where the maxima are
    day, hour = found.maximum[5]
    row = found.values[int(day)]
    near = row[[int(hour * 2) % 48]]
    assert np.nanmax(near) > np.nanquantile(found.values, 0.8)


def test_the_hours_of_an_actogram_are_those_of_the_zone():
    model = epicycle.find_cycles(*rhythm(24.0, zone="Asia/Tokyo"), unit="h", harmonics=1)
    found = plan_actogram(model, Series.of(model, 0))
    assert found.local
    np.testing.assert_allclose(found.maximum[:, 1], 15.0, atol=0.3)
    assert "stays at the same hour" in words.of_actogram(model, found)


@pytest.mark.parametrize("period", [7.0, 48.0])
def test_no_actogram_of_other_rhythms(period):
    model = epicycle.find_cycles(*rhythm(period), unit="h", harmonics=1)
    assert model.cycles
    assert plan_actogram(model, Series.of(model, 0)) is None


def test_the_diagnosis_tells_noise_from_what_is_not(model):
    series = Series.of(model, 0)
    found = figures.diagnose(series)
    assert "independent of each other" in words.of_residual(found)
    rng = np.random.default_rng(1)
    walk = np.convolve(rng.normal(size=700), np.ones(20) / 20, "valid")[:600]
    walk[300] = 2.0
    other = figures.diagnose(dataclasses.replace(series, residual=walk))
    assert other.beyond == 1
    assert words.of_residual(other).startswith("One residual is further than four")
    assert "not independent" in words.of_residual(other)
    assert figures.diagnose(dataclasses.replace(series, residual=0 * walk)) is None


def test_a_forecast_is_the_models_own(model):
    plan = figures.plan_forecast(model)
    drawn = figures.forecast(model, Series.of(model, 0), "v", plan, (6.0, 4.0))
    (axes,) = drawn.axes
    (curve,) = [line for line in axes.lines if line.get_gid() == "model"]
    t, v = curve.get_data()
    assert t[-1] > model.predictor.last + 2 * 24
    np.testing.assert_allclose(v, model.predict(t), atol=1e-9)
    bands = [c for c in axes.collections if c.get_gid() == "interval"]
    low, high = model.predict_interval(t[-1:], 0.95)
    corners = bands[0].get_paths()[0].vertices
    assert corners[:, 1].min() <= low[0]
    assert high[0] <= corners[:, 1].max()


def test_components_add_up_to_the_model(model):
    drawn = figures.components(model, Series.of(model, 0), "v", (6.0, 4.0))
    slow = next(line for axes in drawn.axes for line in axes.lines if line.get_gid() == "slow")
    cycle = next(line for axes in drawn.axes for line in axes.lines if line.get_gid() == "cycle")
    t, v = cycle.get_data()
    total = v + np.interp(t, *slow.get_data())
    np.testing.assert_allclose(total, model.predict(t), atol=1e-3)


# ---- Results of every kind -----------------------------------------------------------------


def test_noise_has_a_page_of_its_own():
    rng = np.random.default_rng(0)
    model = epicycle.find_cycles(np.sort(rng.uniform(0, 100, 80)), rng.normal(size=80))
    text = build_report(model)
    reader = Reader(text)
    assert "No significant cycle was found" in reader.said("p")
    assert not reader.all("table")
    assert "Spectrum" in reader.said("h2")


def test_outputs_groups_and_events():
    t, y = rhythm(days=6, n=200)
    two = pd.DataFrame({"u": y, "v": -y})
    group = np.array(["a", "b"])[(t > 70).astype(int)]
    for model in (
        epicycle.find_cycles(t, two, unit="h", harmonics=1),
        epicycle.find_cycles(t, y, group=group, unit="h", harmonics=1),
    ):
        Reader(build_report(model))
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 24 * 30, 3000)
    kept = t[rng.uniform(0, 1.9, 3000) < 1 + 0.9 * np.cos(2 * np.pi * t / 24.0)]
    model = epicycle.find_cycles(kept, unit="h", minimum_period=6.0)
    reader = Reader(build_report(model))
    for heading in ("Cycles", "Folded at each period", "Day by day"):
        assert heading in reader.said("h2")
    assert "Data and model" not in reader.said("h2")
    assert "varies by" in " ".join(image["alt"] for image in reader.all("img"))


def daily_events(zone=None, weights=None):
    """Return a model of events whose rate is highest at 15 h of every day, and their number."""
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 24 * 30, 4000)
    chance = 1 + 0.9 * np.cos(2 * np.pi * (t - 15) / 24.0)
    t = np.sort(t[rng.uniform(0, 1.9, 4000) < chance])
    if zone is not None:
        start = pd.Timestamp("2024-05-01", tz=zone)
        t = pd.DatetimeIndex(start + pd.to_timedelta(t, unit="h"))
    options = {"unit": "h", "minimum_period": 12.0, "harmonics": 2, "weights": weights}
    return epicycle.find_cycles(t, **options), len(t)


def test_events_are_folded_as_a_rate():
    model, n = daily_events()
    turn, rate, error = event_rate(model, model.events, 0)
    # a rate in units of its mean, as the waveform is: A cos(2 pi (turn - phase)) about 1
    assert rate.mean() == pytest.approx(1.0)
    np.testing.assert_allclose(error**2, rate * len(turn) / n)
    cycle = model.cycles[0]
    expected = 1 + 0.9 * np.cos(2 * np.pi * (turn - cycle.phase))
    bins = len(turn)
    pulls = (rate - expected) / np.sqrt(expected * bins / n)
    # chi-square of as many bins, to four standard deviations
    assert abs((pulls**2).sum() - bins) < 4 * np.sqrt(2 * bins)
    # a weight of 2 for all is the same rate
    twice = dataclasses.replace(model.events, weights=2 * model.events.weights)
    np.testing.assert_allclose(event_rate(model, twice, 0)[1:], [rate, error])


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_the_actogram_of_events_shows_when_they_are_many(zone):
    model, _ = daily_events(zone)
    found = plan_actogram(model, None)
    assert found.values.shape[0] == 30
    assert np.nanmean(found.values) == pytest.approx(1.0)
    by_hour = np.nanmean(found.values, axis=0)
    hours = (np.arange(len(by_hour)) + 0.5) * 24 / len(by_hour)
    assert abs(hours[by_hour.argmax()] - 15) < 2.5
    # an hour without events is an hour of rate 0
    assert np.count_nonzero(found.values == 0) > 10
    np.testing.assert_allclose(found.maximum[:, 1], 15.0, atol=0.5)


def test_components_of_a_cycle_that_varies_show_its_envelope():
    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 200, 500))
    y = (1 + t / 200) * 4 * np.cos(2 * np.pi * t / 7.3) + rng.normal(size=500)
    model = epicycle.find_cycles(t, y, varying_amplitude=True, minimum_period=2)
    drawn = figures.components(model, Series.of(model, 0), "v", (6.0, 4.0))
    lines = [line for axes in drawn.axes for line in axes.lines]
    upper = next(line for line in lines if line.get_gid() == "envelope")
    where, height = upper.get_data()
    np.testing.assert_allclose(height, model.amplitude_at(where)[0], rtol=1e-6)
    cycle = next(line for line in lines if line.get_gid() == "cycle").get_data()[1]
    slow = next(line for line in lines if line.get_gid() == "slow").get_data()[1]
    np.testing.assert_allclose(cycle + slow, model.predict(where), atol=1e-3)
    assert "amplitude varies" in build_report(model)


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path, model, monkeypatch):
    path = tmp_path / "r.html"
    path.write_text("old")
    monkeypatch.setattr("epicycle.report.write.build_report", lambda *_, **__: "new")
    write_report(model, path)
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


# ---- The command ---------------------------------------------------------------------------


def test_the_command_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tide.csv").write_text(TIDE)
    result = run("report", "tide.csv", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["schema"] == "epicycle.cycles/1"
    assert result.stderr.splitlines()[-1] == "epicycle: wrote tide.html"
    reader = Reader(Path("tide.html").read_text())
    assert reader.said("h1") == "tide.csv"
    told = reader.said("dd")
    assert "time_h, level" in told
    assert hashlib.sha256(TIDE.encode()).hexdigest() in told


def test_nothing_significant_is_exit_code_1_and_a_page(tmp_path):
    path = tmp_path / "noise.csv"
    path.write_text(NOISE)
    assert run("report", path, "-o", tmp_path / "n.html", "-q").exit_code == 1
    assert "No significant cycle" in (tmp_path / "n.html").read_text()


def test_the_command_refuses_early(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tide.csv").write_text(TIDE)
    assert "expected one of .html" in refusal("report", "tide.csv", "-o", "r.pdf")
    assert "there is no directory" in refusal("report", "tide.csv", "-o", "no/r.html")
    monkeypatch.setattr("epicycle.files.writing.find_spec", lambda _: None)
    assert "pip install 'epicycle[plot]'" in refusal("report", "tide.csv")


# ---- In a browser --------------------------------------------------------------------------

#: Measures the page in frames as wide as a phone and a desk, and says what it saw.
HARNESS = """<!DOCTYPE html><title>waiting</title><body>
<iframe src="r.html" width="390" height="800"></iframe>
<iframe src="r.html" width="1200" height="800"></iframe>
<pre id="out"></pre>
<script>
addEventListener("load", () => {
  const seen = [...document.querySelectorAll("iframe")].map((frame) => {
    const page = frame.contentDocument, root = page.documentElement;
    const images = [...page.images].filter((i) => i.offsetParent !== null);
    return {
      overflow: root.scrollWidth - root.clientWidth,
      images: images.length,
      broken: images.filter((i) => i.naturalWidth === 0).length,
      sharp: Math.min(...images.map((i) => i.naturalWidth / i.clientWidth)),
      shrunk: Math.max(...images.map((i) => i.naturalWidth / i.clientWidth)),
      small: [...page.querySelectorAll("p,td,th,li,dd,figcaption")].filter(
        (e) => parseFloat(frame.contentWindow.getComputedStyle(e).fontSize) < 12).length,
    };
  });
  document.getElementById("out").textContent = JSON.stringify(seen);
});
</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_in_a_browser_it_fits_phone_desk_and_paper(tmp_path, report):
    (tmp_path / "r.html").write_text(report, encoding="utf-8")
    (tmp_path / "frames.html").write_text(HARNESS)
    options = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000",
    ]  # fmt: skip
    frames, alone = (f"file://{tmp_path / name}" for name in ("frames.html", "r.html"))
    dom = subprocess.run(
        [*options, "--dump-dom", frames], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    phone, desk = json.loads(re.search(r'<pre id="out">(.*?)</pre>', dom)[1])
    for seen in (phone, desk):
        assert seen["overflow"] <= 0
        assert seen["broken"] == seen["small"] == 0
        assert seen["images"] >= 7
        assert seen["sharp"] >= 1.0
    # text of the pictures, 9 points at 150 dots per inch, is at least 9 pixels high on a phone
    assert phone["shrunk"] <= 9 * 150 / 72 / 9
    pdf = tmp_path / "r.pdf"
    subprocess.run(
        [*options, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", alone],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert 2 <= pages <= 10
