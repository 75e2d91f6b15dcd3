"""The page of a report: plain HTML with its style and pictures inside, nothing to be fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape as _html

from epicycle.samples.text import visible

#: Screens narrower than this, in pixels, get the narrow pictures and tables as cards.
NARROW = 640

#: What a browser may do with the page: show its pictures and obey its style, and nothing else.
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 62rem; background: #fff;
  color: #222; font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; border-bottom: 1px solid #d9d9d9; }
p { margin: .5rem 0; max-width: 46rem; overflow-wrap: anywhere; }
.lead { font-size: 1.1rem; }
.about, figcaption { color: #595959; font-size: .9rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .75rem 0 0;
  list-style: none; }
a { color: #005a8c; }
a:focus-visible { outline: 3px solid #d55e00; outline-offset: 2px; }
figure { margin: .75rem 0 1.25rem; break-inside: avoid; }
figure img { display: block; width: 100%; height: auto; }
figure img.narrow { display: none; }
.scroll { overflow-x: auto; }
figcaption { margin-top: .25rem; max-width: 46rem; }
.folds { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); }
.folds figure { margin: 0; max-width: 32rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; color: #595959; font-size: .9rem; padding-bottom: .4rem; }
th, td { padding: .35rem .6rem; text-align: right; vertical-align: top; white-space: nowrap; }
thead th { border-bottom: 2px solid #666; vertical-align: bottom; }
tbody tr { border-bottom: 1px solid #d9d9d9; break-inside: avoid; }
tbody th { font-weight: 600; }
th:first-child, td:first-child, .text { text-align: left; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; font-size: .92rem; }
dt { color: #595959; }
dd { margin: 0; overflow-wrap: anywhere; }
li { margin: .25rem 0; overflow-wrap: anywhere; max-width: 46rem; }
@media screen and (max-width: NARROWpx) {
  figure img.wide { display: none; }
  figure img.narrow { display: block; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); }
  .cards, .cards caption, .cards tbody { display: block; width: 100%; }
  .cards tr { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1.25rem;
    padding: .5rem 0; }
  .cards tbody th, .cards td { display: flex; flex-wrap: wrap; justify-content: space-between;
    column-gap: .75rem; padding: .1rem 0; white-space: normal; }
  .cards { font-size: .85rem; }
  .cards tr > :nth-child(-n+2) { grid-column: 1 / -1; }
  .cards span { margin-left: auto; }
  .cards td.none { display: none; }
  .cards [data-label]::before { content: attr(data-label); color: #595959; font-weight: 400; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
}
@media print {
  @page { margin: 15mm; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav { display: none; }
  h2 { break-after: avoid; margin-top: 1.25rem; }
  h2 + p { break-after: avoid; }
  table { font-size: 8pt; }
  th, td { padding: .2rem .4rem; }
  figure img { width: auto; max-width: 100%; max-height: 215mm; }
  .folds { grid-template-columns: 1fr 1fr; }
  .scroll { overflow: visible; }
  a { color: inherit; text-decoration: none; }
}
""".replace("NARROW", str(NARROW))


@dataclass(frozen=True)
class Picture:
    """A picture as a data address, for narrow screens perhaps another, and what it shows in words.

    Each has its size in pixels, so that the page does not jump.
    """

    wide: str
    size: tuple[int, int]
    narrow: tuple[str, tuple[int, int]] | None
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page: its heading, an anchor, and HTML."""

    anchor: str
    heading: str
    body: str


def page(title: str, about: str, lead: Sequence[str], sections: Sequence[Section]) -> str:
    """Return the whole page."""
    links = "".join(f'<li><a href="#{s.anchor}">{escape(s.heading)}</a></li>' for s in sections)
    parts = "\n".join(
        f'<section aria-labelledby="{s.anchor}">\n<h2 id="{s.anchor}">{escape(s.heading)}</h2>\n'
        f"{s.body}\n</section>"
        for s in sections
    )
    words = "\n".join(
        f'<p class="lead">{escape(text)}</p>' if k == 0 else paragraph(text)
        for k, text in enumerate(lead)
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="epicycle">
<title>{escape(title)}: cycles</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p class="about">{escape(about)}</p>
</header>
<main>
{words}
<nav aria-label="Contents"><ul>{links}</ul></nav>
{parts}
</main>
</body>
</html>
"""


def escape(text: str) -> str:
    """Return text as HTML that shows it, and obeys nothing in it."""
    return _html(visible(text))


def paragraph(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(text)}</p>"


def bullets(lines: Iterable[str]) -> str:
    """Return a list."""
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and what they stand for."""
    return f"<dl>{''.join(f'<dt>{escape(k)}</dt><dd>{escape(v)}</dd>' for k, v in pairs)}</dl>"


def picture(shown: Picture) -> str:
    """Return a picture; narrow screens show the narrow one."""

    def image(address: str, size: tuple[int, int], kind: str) -> str:
        return (
            f'<img{kind} src="{address}" alt="{escape(shown.alt)}" width="{size[0]}" '
            f'height="{size[1]}">'
        )

    # style sheets are asked again when a page is printed; <picture> is not
    images = (
        image(shown.wide, shown.size, "")
        if shown.narrow is None
        else image(shown.wide, shown.size, ' class="wide"')
        + image(*shown.narrow, ' class="narrow"')
    )
    caption = f"<figcaption>{escape(shown.caption)}</figcaption>" if shown.caption else ""
    return f"<figure>{images}{caption}</figure>"


def table(
    caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], text: Sequence[bool]
) -> str:
    """Return a table whose first column names the rows; narrow screens show a card for each.

    Roles are told outright: a table shown as cards would lose them.
    """

    def cell(k: int, content: str) -> str:
        kinds = " ".join(["text"] * text[k] + ["none"] * (not content))
        kind = f' class="{kinds}"' if kinds else ""
        label = f' data-label="{escape(headings[k])}"'
        if k == 0:
            return f'<th scope="row" role="rowheader"{label}><span>{escape(content)}</span></th>'
        return f'<td role="cell"{label}{kind}><span>{escape(content)}</span></td>'

    head = "".join(
        f'<th scope="col" role="columnheader"{" class=text" if text[k] else ""}>{escape(h)}</th>'
        for k, h in enumerate(headings)
    )
    body = "\n".join(
        f'<tr role="row">{"".join(cell(k, content) for k, content in enumerate(row))}</tr>'
        for row in rows
    )
    return (
        f'<div class="scroll" role="region" aria-label="Table" tabindex="0">'
        f'<table class="cards" role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )
