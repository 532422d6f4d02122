"""Models against subsets of modalities, and summaries as a table."""

import math

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.robustness.curves import METRICS, SubsetTable, Summaries
from fusionviz.views.shared.bars import upright_bar
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    dress,
    known_digits,
    modality_name,
)

SUMMARY_TITLES = {
    "mean_0_70": "mean, 0 to 70 %",
    "mean_10_70": "mean, 10 to 70 %",
    "drop_0_70": "drop, 0 to 70 %",
    "drop_10_70": "drop, 10 to 70 %",
    "relative_robustness": "relative robustness",
    "effective_robustness": "effective robustness",
    "ahead_at_70": "ahead at 70 %",
    "less_lost_0_70": "less lost, 0 to 70 %",
    "mean": "plain mean",
    "expected_p20": "expected, p = 0.2",
    "expected_p10": "expected, p = 0.1",
    "expected_p05": "expected, p = 0.05",
}


MANY = 4
"""Models beyond which the table of summaries has two lines a cell."""


def subset_title(subset: tuple[str, ...], separator: str = " + ") -> str:
    """Return what a subset is called."""
    return separator.join(map(modality_name, subset))


def draw_subsets(table: SubsetTable) -> go.Figure:
    """Draw the figure of every model under every subset, the whole input last."""
    values = table.values[..., 0]
    intervals = [
        [f"[{known_digits(low)}, {known_digits(high)}]" for _, low, high in row]
        for row in table.values.tolist()
    ]
    titles = [subset_title(one, "<br>+ ") for one in table.subsets]
    high = float(values[np.isfinite(values)].max(initial=1e-6))
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=titles,
            y=list(table.titles),
            zmin=0,
            zmax=high,
            colorscale=SEQUENTIAL,
            text=[[known_digits(value) for value in row] for row in values.tolist()],
            texttemplate="%{text}",
            textfont={"size": FONT_SIZE},
            customdata=intervals,
            hovertemplate="%{y}, of %{x}<br><b>%{text}</b> %{customdata}"
            "<extra></extra>",
            xgap=2,
            ygap=2,
            colorbar=upright_bar(
                x=1.02,
                length=0.9,
                title=f"{METRICS[table.metric]}, no unit",
                ticks=5,
            ),
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(side="top", showgrid=False)
    dress(figure, top=70)
    return figure.update_layout(margin={"l": 8, "b": 8, "t": 70})


def describe_subsets(table: SubsetTable) -> str:
    """Return in words what `draw_subsets` shows."""
    told = "; ".join(
        f"{title}: "
        + ", ".join(
            f"{subset_title(subset)} {known_digits(value)}"
            for subset, value in zip(table.subsets, row[:, 0], strict=True)
        )
        for title, row in zip(table.titles, table.values, strict=True)
    )
    return f"{METRICS[table.metric]} of each model by what is there: {told}."


def draw_summaries(found: Summaries) -> go.Figure:
    """Draw summaries as a table, a row a summary and a column a model.

    Of many models intervals stand below the values.
    """
    between = "<br>" if is_narrow(found) else " "
    columns = [
        [_cell(row[model].tolist(), between) for row in found.values]
        for model in range(len(found.titles))
    ]
    names = [summary_title(name) for name in found.names]
    figure = go.Figure(
        go.Table(
            header={
                "values": ["", *(f"<b>{title}</b>" for title in found.titles)],
                "font": {"size": FONT_SIZE},
                "align": ["left", "right"],
                "fill": {"color": "rgba(128,128,128,0.18)"},
                "height": 32,
            },
            cells={
                "values": [names, *columns],
                "font": {"size": FONT_SIZE},
                "align": ["left", "right"],
                "fill": {"color": "rgba(128,128,128,0.05)"},
                "height": 50 if is_narrow(found) else 29,
            },
            columnwidth=[1.3, *[1.0] * len(found.titles)],
        )
    )
    dress(figure, top=4)
    return figure


def is_narrow(found: Summaries) -> bool:
    """Return whether the table's columns are too narrow for one line a cell."""
    return len(found.titles) > MANY


def describe_summaries(found: Summaries) -> str:
    """Return in words what `draw_summaries` shows."""
    told = "; ".join(
        f"{summary_title(name)} "
        + ", ".join(
            f"{title} {_cell(value.tolist())}"
            for title, value in zip(found.titles, row, strict=True)
        )
        for name, row in zip(found.names, found.values, strict=True)
    )
    return f"Summaries with 95 % intervals: {told}."


def summary_title(name: str) -> str:
    """Return what a summary is called, or the fault that it is the loss by."""
    return SUMMARY_TITLES.get(name, name.replace("-", " "))


def _cell(triple: list[float], between: str = " ") -> str:
    value, low, high = triple
    if math.isnan(value):
        return "–"
    return f"{known_digits(value)}{between}[{known_digits(low)}, {known_digits(high)}]"
