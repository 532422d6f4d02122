"""Exhibits with notes as one HTML file, which opens without a server and a network.

Its charts stay interactive: plotly.js stands in it once. What a reader has written is
text, whatever is in it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

import plotly.io
from plotly.offline import get_plotlyjs

from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Exhibit, FigureRecipe
from fusionviz.explain.writing import describe_subject
from fusionviz.lessons.markup import to_html, to_mathml


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportEntry:
    """One picture of a report.

    Attributes:
        exhibit: The picture, with how to read it.
        recipe: What makes it again.
        note: What the reader has written to it; empty for nothing.
    """

    exhibit: Exhibit
    recipe: FigureRecipe
    note: str = ""

    @property
    def title(self) -> str:
        """What the picture is called."""
        return exhibit_kind(self.recipe.exhibit).title

    @property
    def height(self) -> int:
        """Pixels of the picture."""
        return exhibit_kind(self.recipe.exhibit).height_of(self.exhibit)


def write_report(title: str, entries: Sequence[ReportEntry]) -> str:
    """Return exhibits with their notes as HTML with all that it needs in it.

    Args:
        title: Of the report.
        entries: In their order; at least one.

    Raises:
        InputError: There is none.
    """
    if not entries:
        raise InputError("a report needs a picture: look at one first")
    here = files(__package__)
    style = here.joinpath("report.css").read_text(encoding="utf-8")
    script = here.joinpath("report.js").read_text(encoding="utf-8")
    data = {
        "template": plotly.io.templates["plotly_white"].to_plotly_json(),
        "figures": [_figure(one) for one in entries],
    }
    sections = "".join(_section(place, one) for place, one in enumerate(entries))
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style>"
        f"<script>{get_plotlyjs()}</script>"
        f'<script type="application/json" id="report">{_as_script(data)}</script>'
        f"<body><h1>{escape(title)}</h1>{sections}"
        f"<footer>{_made_with(entries[0].recipe)}</footer>"
        f"<script>{script}</script></body></html>\n"
    )


def _as_script(data: Any) -> str:  # noqa: ANN401 - of JSON
    """Return data as JSON that cannot end the script that it stands in."""
    told = json.dumps(data, ensure_ascii=False)
    return told.replace("<", "\\u003c")


def _figure(entry: ReportEntry) -> dict[str, Any]:
    figure = json.loads(entry.exhibit.figure.to_json())
    figure["layout"].pop("template", None)
    return figure


def _section(place: int, entry: ReportEntry) -> str:
    exhibit, note = entry.exhibit, entry.note.strip()
    written = f'<div class="note">{escape(note)}</div>' if note else ""
    return (
        f"<section><h2>{escape(entry.title)}</h2>"
        f'<p class="quiet">{escape(describe_subject(entry.recipe.subject))}</p>'
        f'{written}<div class="scroll"><div class="chart" id="chart-{place}" '
        f'role="figure" aria-label="{escape(exhibit.alt, quote=True)}" '
        f'style="height:{entry.height}px"></div></div>'
        f"<details><summary>How to read this</summary>{_formula(exhibit)}"
        f"{to_html(exhibit.caption, maths=False)}</details>"
        f"<details><summary>What makes it again</summary>"
        f"<pre>{escape(entry.recipe.to_json())}</pre></details></section>"
    )


def _formula(exhibit: Exhibit) -> str:
    """Return a formula as MathML, or as LaTeX where MathML lacks something."""
    if exhibit.formula is None:
        return ""
    try:
        return to_mathml(exhibit.formula, block=True)
    except InputError:
        return f"<pre>{escape(exhibit.formula)}</pre>"


def _made_with(recipe: FigureRecipe) -> str:
    told = ", ".join(f"{name} {number}" for name, number in recipe.versions.items())
    return escape(f"Made with {told or 'fusionviz'}. Nothing in it is from elsewhere.")
