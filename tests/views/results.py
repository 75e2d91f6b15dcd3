"""Results that tables tell."""

import re


def read_back(text: str) -> tuple[float, float]:
    """Return value and error of a number with its error in brackets."""
    match = re.fullmatch(r"(-?\d+)(?:\.(\d+))?\((\d+)(?:\.(\d+))?\)(e-?\d+)?", text)
    assert match is not None, text
    whole, decimals, digits, after_point, power = match.groups()
    scale = float(f"1{power}") if power else 1.0
    value = float(f"{whole}.{decimals or 0}")
    if after_point is not None:
        error = float(f"{digits}.{after_point}")
    else:
        error = int(digits) * 10.0 ** -len(decimals or "")
    return value * scale, error * scale
