"""Exhibits on a page: the picture, how to read it, and what can be taken home."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from fusionviz.exhibits.shared.exhibit import (
    C,
    Controls,
    Exhibit,
    ExhibitKind,
    FigureRecipe,
    Request,
    S,
)
from fusionviz.explain.files import to_csv, to_npz, versions
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.ahead import note
from fusionviz.ui.shared.charts import Mode, show
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.ui.shared.report import remember_exhibit
from fusionviz.ui.shared.shelf import ExhibitMaking
from fusionviz.ui.shared.subjects import SubjectChoice


def make_exhibit(
    kind: ExhibitKind[C, S],
    choice: SubjectChoice[S],
    controls: C,
    other: SubjectChoice[S] | None = None,
) -> Exhibit:
    """Return an exhibit, kept for the next who asks for the same one.

    Args:
        kind: Its kind.
        choice: What it shows.
        controls: What the reader set.
        other: The second subject, where it compares.
    """
    making = making_of(kind, choice, controls, other)
    if other is None:
        note(kind, choice.key, controls)
    if making.is_made:
        return making.make()
    with st.spinner("The model is asked …"):
        return making.make()


def making_of(
    kind: ExhibitKind[C, S],
    choice: SubjectChoice[S],
    controls: C,
    other: SubjectChoice[S] | None = None,
) -> ExhibitMaking[C, S]:
    """Return the making of an exhibit, for `make_exhibit` or for work ahead."""
    request = Request(
        subject=choice.subject,
        controls=controls,
        other=None if other is None else other.subject,
    )
    return cache.exhibit(
        kind,
        request,
        subject_key=choice.key,
        controls_json=json.dumps(asdict(controls)),
        other_key=None if other is None else other.key,
    )


def show_exhibit(
    kind: ExhibitKind[C, S],
    choice: SubjectChoice[S],
    controls: C,
    *,
    other: SubjectChoice[S] | None = None,
    key: str | None = None,
    exhibit: Exhibit | None = None,
    select: Sequence[Mode] = (),
) -> None:
    """Make and show an exhibit with its exports and how to read it.

    Args:
        kind: Its kind.
        choice: What it shows.
        controls: What the reader set.
        other: The second subject, where it compares.
        key: Name of the place on the page; the kind's name if not given.
        exhibit: The exhibit, where it has been made already.
        select: `points`, `box`, `lasso`: how its points can be picked.
    """
    key = key or kind.name.replace("-", "_")
    made = exhibit or make_exhibit(kind, choice, controls, other)
    show(
        made.figure,
        key=key,
        alt=made.alt,
        height=kind.height_of(made),
        select=select,
    )
    with st.container(horizontal=True, gap="small", key=f"below_{key}"):
        draw_exports(made, recipe_of(kind, choice, controls, other), key=key)
        how_to_read(made.caption, formula=made.formula, key=key)


def recipe_of(
    kind: ExhibitKind[C, S],
    choice: SubjectChoice[S],
    controls: Controls,
    other: SubjectChoice[S] | None = None,
) -> FigureRecipe:
    """Return what makes an exhibit again."""
    return FigureRecipe(
        exhibit=kind.name,
        subject=choice.name,
        controls=asdict(controls),
        other=None if other is None else other.name,
        versions=versions(),
    )


def draw_exports(
    exhibit: Exhibit, recipe: FigureRecipe, *, key: str, label: str = "Export"
) -> None:
    """Draw what can be taken home: the picture's format, the numbers, the recipe.

    Files are made when they are asked for. The picture is kept for the report, too.

    Args:
        exhibit: What is exported.
        recipe: What makes it again.
        key: Name of the place on the page.
        label: Of the button, where several stand beside each other.
    """
    remember_exhibit(exhibit, recipe)
    stem = f"fusionviz-{recipe.exhibit}"
    with st.popover(label, icon=":material/download:", key=f"export_{key}"):
        st.segmented_control(
            "The camera above the picture saves",
            ["SVG", "PNG"],
            default="SVG",
            required=True,
            key=f"format_{key}",
            help="SVG can be edited and printed at any size; PNG is twice as fine as "
            "the screen.",
        )
        if exhibit.table is not None:
            table = exhibit.table
            _download(
                "Table (CSV)", lambda: to_csv(table), f"{stem}.csv", "text/csv", key
            )
        if exhibit.arrays:
            arrays = exhibit.arrays
            _download(
                "Arrays (NPZ)",
                lambda: to_npz(arrays, recipe),
                f"{stem}.npz",
                "application/zip",
                key,
            )
        _download(
            "Recipe (JSON)",
            lambda: recipe.to_json().encode(),
            f"{stem}.json",
            "application/json",
            key,
        )


def _download(label: str, data: Any, file_name: str, mime: str, key: str) -> None:  # noqa: ANN401
    st.download_button(
        label,
        data,
        file_name=file_name,
        mime=mime,
        key=f"{file_name}_{key}",
        on_click="ignore",
        width="stretch",
        icon=":material/download:",
    )
