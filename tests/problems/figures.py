"""Figures that are drawn and measured."""

from matplotlib.axes import Axes


def by_name(axes: Axes, name: str):
    return [artist for artist in axes.get_children() if artist.get_gid() == name]
