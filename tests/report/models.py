"""Models that reports are made of, and a reader of their pages."""

from html.parser import HTMLParser

import numpy as np
import pandas as pd

import epicycle


def rhythm(period: float = 24.6, n: int = 600, days: float = 12.0, noise: float = 0.4, zone=None):
    """Return times in hours, or dates, and a daily rhythm with its maximum at 15 h of day one."""
    rng = np.random.default_rng(4)
    t = np.sort(rng.uniform(0, 24 * days, n))
    y = 10 + 3 * np.cos(2 * np.pi * (t - 15.0) / period) + noise * rng.normal(size=n)
    if zone is None:
        return t, y
    start = pd.Timestamp("2024-05-01", tz=zone)
    return pd.DatetimeIndex(start + pd.to_timedelta(t, unit="h")), y


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


VOID = {"meta", "img", "br", "link", "source"}


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
