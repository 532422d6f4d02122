"""Curves of a recorded run, all read off at once at a length."""

import streamlit as st

from fusionviz.analysis.scaling.curves import ScalingCurves
from fusionviz.analysis.scaling.paper import compare_savings
from fusionviz.errors import InputError
from fusionviz.exhibits.scaling.curves import (
    CURVES,
    LENGTH,
    CurveControls,
    CurveFamily,
    curves_of,
    names_of,
)
from fusionviz.exhibits.scaling.words import (
    reading_table,
    saving_table,
    say_reading,
    say_savings,
)
from fusionviz.scaling.cells import PASSES, Passes
from fusionviz.scaling.runs import ScalingRun
from fusionviz.ui.scaling.runs import ScalingChoice
from fusionviz.ui.shared.controls import choose_segment, choose_step, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel

FAMILIES: dict[CurveFamily, str] = {
    "fusion": "Fusion models",
    "backbone": "Backbones",
    "flow": "MANGO",
    "alignment": "Transport",
}

PASS_NAMES: dict[Passes, str] = {"forward": "Forward", "training": "Training"}


@panel
def draw_panel(choice: ScalingChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    controls, curves = _choose(choice.subject.run)
    st.markdown(say_reading(curves, controls.length))
    show_exhibit(CURVES, choice, controls)
    _draw_tables(curves, controls)


def _choose(run: ScalingRun) -> tuple[CurveControls, ScalingCurves]:
    """Draw what can be set, in one row, and return it with the curves."""
    with controls_row("scaling_controls", gap="medium"):
        family = choose_segment("Compare", "family", FAMILIES)
        known = {way: PASS_NAMES[way] for way in PASSES if _has(run, family, way)}
        if not known:
            raise InputError(f"This run has no {FAMILIES[family]}.")
        passes = choose_segment(
            "Passes",
            "passes",
            known,
            help="Training is forward and backward.",
        )
        curves = curves_of(run, family, passes)
        lengths = _lengths(curves)
        length = choose_step(
            "Tokens",
            "length",
            [str(one) for one in lengths],
            default=str(min(lengths, key=lambda one: abs(one - LENGTH))),
            width=230,
            help="Of all modalities together: all models are read off there.",
        )
    controls = CurveControls(family=family, passes=passes, length=int(length))
    return controls, curves


def _has(run: ScalingRun, family: CurveFamily, passes: Passes) -> bool:
    names = names_of(family)
    return any(
        one.cell.workload in names and one.cell.passes == passes for one in run.results
    )


def _lengths(curves: ScalingCurves) -> list[int]:
    """Return the lengths that can be read off: those of cells, and between them."""
    every = sorted({int(n) for curve in curves.curves for n in curve.lengths})
    between = [
        8 * round((low * high) ** 0.5 / 8)
        for low, high in zip(every[:-1], every[1:], strict=True)
    ]
    inside = [one for one in between if every[0] < one < every[-1]]
    return sorted({*every, *inside})


def _draw_tables(curves: ScalingCurves, controls: CurveControls) -> None:
    """Draw all numbers at the length, and the paper's beside ours."""
    first = curves.reference.title
    st.markdown(f"**At {controls.length:,} tokens**, × that of {first}")
    st.markdown(reading_table(curves, controls.length))
    if controls.family == "fusion" and controls.passes == "forward":
        savings = compare_savings(curves)
        st.markdown("**The paper's figures, quoted, and ours**")
        st.markdown(saving_table(savings))
        st.caption(say_savings(savings))
