"""The report: what it says is so, it needs nothing else, and everybody can read it."""

import base64
import itertools
import json
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

import epicycle
from epicycle.report.write import build_report, write_report
from tests.report.models import Reader, rhythm

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


# ---- The page ------------------------------------------------------------------------------


def test_the_page_is_whole_and_has_every_part(report):
    reader = Reader(report)
    headings = [t for tag, t in reader.text if tag == "h2"]
    assert headings == [
        "Cycles", "Spectrum", "Folded at each period", "Data and model", "Components", "Forecast",
        "What is left", "Day by day", "How alike the days are", "What else there is to know",
        "Where this comes from",
    ]  # fmt: skip
    assert reader.said("h1") == "A < B & sleep"
    anchors = {a["id"] for name, a in reader.tags if "id" in a}
    assert {a["href"][1:] for a in reader.all("a")} <= anchors


def test_the_page_tells_of_days_what_the_library_tells(report):
    found = epicycle.actigraphy(*rhythm(), unit="h")
    assert "How alike the days are" in report
    assert f"<span>{found.IS:.3f}</span>" in report
    assert "Hours are from time 0, cycles of 24 h (given)." in report
    assert "not 24 h: IS" in report
    assert "Triangles are onsets" in report


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
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+|http-equiv", "", report)


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


def test_pictures_are_pictures(report):
    data = [base64.b64decode(d) for d in re.findall(r"base64,([A-Za-z0-9+/=]+)", report)]
    assert all(d.startswith(b"\x89PNG") for d in data)
    assert len(set(data)) == len(data)


# ---- Results of every kind -----------------------------------------------------------------


def test_a_question_is_answered_where_it_was_asked():
    t = np.arange(0, 48, 4.0)
    page = build_report(epicycle.find_cycles(t, np.cos(0.26 * t) + 0.2 * np.sin(7 * t), period=24))
    assert "noise imitates the cycle at the period asked about" in page
    assert "anywhere in the band searched" not in page


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
        epicycle.find_cycles(t, y, group=group, per_group="offset", unit="h", harmonics=1),
    ):
        page = build_report(model)
        Reader(page)
        # what was not done to one series is not said of it
        assert ("Offsets between groups are removed." in page) == (len(model.jitter) == 2)
    rng = np.random.default_rng(5)
    t = rng.uniform(0, 24 * 30, 1200)
    kept = t[rng.uniform(0, 1.9, 1200) < 1 + 0.9 * np.cos(2 * np.pi * t / 24.0)]
    model = epicycle.find_cycles(kept, unit="h", minimum_period=6.0)
    reader = Reader(build_report(model))
    for heading in ("Cycles", "Folded at each period", "Day by day"):
        assert heading in reader.said("h2")
    assert "Data and model" not in reader.said("h2")
    assert "varies by" in " ".join(image["alt"] for image in reader.all("img"))


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path, model, monkeypatch):
    path = tmp_path / "r.html"
    path.write_text("old")
    monkeypatch.setattr("epicycle.report.write.build_report", lambda *_, **__: "new")
    write_report(model, path)
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


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
        [*options, "--dump-dom", frames], capture_output=True, text=True, timeout=600, check=True
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
        capture_output=True, timeout=600, check=True,
    )  # fmt: skip
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert 2 <= pages <= 10
