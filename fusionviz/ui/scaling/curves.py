"""Curves of a recorded run, all read off at once at a length."""

import streamlit as st

from fusionviz.analysis.scaling.curves import ScalingCurves
from fusionviz.analysis.scaling.paper import compare_savings
from fusionviz.errors import InputError
from fusionviz.exhibits.scaling.curves import (
    COMPARED,
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
from fusionviz.scaling.runs import BATCHINGS, Batching, ScalingRun
from fusionviz.ui.scaling.runs import ScalingChoice
from fusionviz.ui.shared.controls import choose_segment, choose_step, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel

FAMILIES: dict[CurveFamily, str] = {
    "fusion": "Fusion",
    "backbone": "Backbones",
    "flow": "MANGO",
    "alignment": "Transport",
}

BATCHING_NAMES: dict[Batching, str] = {"one": "1", "constant": "16k tokens"}

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
    with controls_row("scaling_controls"):
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
        batching = _choose_batching(run, family, passes)
        curves = curves_of(run, family, passes, batching)
        lengths = _lengths(curves)
        length = choose_step(
            "Tokens",
            "length",
            [str(one) for one in lengths],
            default=str(min(lengths, key=lambda one: abs(one - LENGTH))),
            width=210,
            help="Of all modalities together: all models are read off there.",
        )
    controls = CurveControls(
        family=family, passes=passes, batching=batching, length=int(length)
    )
    return controls, curves


def _choose_batching(run: ScalingRun, family: CurveFamily, passes: Passes) -> Batching:
    """Draw the choice of how many sequences at once, where the run has both."""
    known = {
        way: name
        for way, name in BATCHING_NAMES.items()
        if _has(run, family, passes, way)
    }
    if len(known) < 2:
        return next(iter(known))
    return choose_segment(
        "Batch",
        "batching",
        known,
        help="One sequence at a time, or as many at once as make up 16,384 tokens: "
        "then the work for each token shows.",
    )


def _has(
    run: ScalingRun,
    family: CurveFamily,
    passes: Passes,
    *batchings: Batching,
) -> bool:
    """Return whether a run has such cells, in one batching of some or in any."""
    return any(
        batching == "one" or result.cell.batch > 1
        for name in names_of(family)
        for batching in batchings or BATCHINGS
        for result in run.curve(name, passes=passes, batching=batching)
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
    if (controls.family, controls.passes, controls.batching) == COMPARED:
        savings = compare_savings(curves)
        st.markdown("**The paper's figures, quoted, and ours**")
        st.markdown(saving_table(savings))
        st.caption(say_savings(savings))
