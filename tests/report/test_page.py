"""The page of a report can be read."""

import re

import pytest

from epicycle.report import page


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


def test_the_page_lets_a_browser_do_nothing_but_show_it():
    text = page.page("a\x1b]0;t\x07\u202e<script>alert(1)</script>", "", [""], [])
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in text
    head = text.partition("</head>")[0]
    # it holds from where it stands: before anything that could break it
    assert head.index("Content-Security-Policy") < head.index("<title>")
    assert "<script" not in text
    assert all(c.isprintable() or c == "\n" for c in text)
