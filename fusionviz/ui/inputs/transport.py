"""AlignMamba's plan from depth to RGB, as correspondences."""

import streamlit as st

from fusionviz.analysis.shared.transport_plan import Transport
from fusionviz.exhibits.shared.exhibit import HEIGHT
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.frame import page
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.views.shared.style import three_digits
from fusionviz.views.shared.transport_plan import describe_transport, draw_transport

COUNTS = [4, 8, 16, 32, 64]
FORMULA = {
    "relaxed": (
        r"C_{ij} = 1 - \cos(x_i, y_j),\qquad M_{ij} = \tfrac{1}{T}\ \text{at}\ "
        r"j = \arg\min_{j'} C_{ij'},\ \text{else}\ 0"
    ),
    "sinkhorn": (
        r"C_{ij} = 1 - \cos(x_i, y_j),\qquad M = \arg\min_{M \ge 0}\ \langle C, M "
        r"\rangle - \varepsilon H(M)\ \text{with even marginals}"
    ),
    "exact": (
        r"C_{ij} = 1 - \cos(x_i, y_j),\qquad M = \arg\min_{M \ge 0}\ \langle C, M "
        r"\rangle\ \text{with even marginals}"
    ),
}


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab; its control also when hidden, so that it stays in the address."""
    reading = readings.alignmamba
    if reading is None or reading.transport is None:
        nothing_yet(
            "The plan is AlignMamba's, and AlignMamba has not read this pair."
            if reading is None
            else f"A plan goes from one modality to the other, and "
            f"{reading.missing} is missing.",
            visible,
        )
        return
    left, _ = st.columns([2, 3])
    count = left.select_slider(
        "Correspondences drawn (k)", COUNTS, value=16, key="k", bind="query-params"
    )
    if not visible:
        return
    transport = reading.transport
    figure = draw_transport(transport, count=count)
    alt = describe_transport(transport, count=count)
    show(figure, key="transport", alt=alt, height=HEIGHT)
    formula = FORMULA.get(transport.solver)
    how_to_read(explain(transport, reading.mmd), formula=formula, key="transport")
    st.page_link(
        page("transport"),
        label="Other solvers, and what they do to the model",
        icon=":material/arrow_forward:",
    )


def explain(transport: Transport, mmd: float | None) -> str:
    """Return in words what the picture shows, with this plan's numbers."""
    patches = transport.grid.places
    text = (
        f"Each of the {patches} {transport.source} patches is sent to "
        f"{transport.target} patches of like tokens. Drawn are the pairs with most "
        "mass, the cheapest first where masses are equal, as they are in the relaxed "
        "plan of the paper. RGB and depth show the same view, so a level line is a "
        "patch that found its own place.\n\n"
        f"Here {transport.in_place:.1%} of the mass stays in place (by chance "
        f"{1 / patches:.1%}); it moves {three_digits(transport.mean_shift)} patches on "
        f"average (by chance {three_digits(transport.chance_shift)}). "
        f"{transport.targets_used} of {patches} {transport.target} patches receive "
        f"any. The plan costs {three_digits(transport.total_cost)} on a scale of 0 to 2"
    )
    if mmd is not None:
        text += f"; MMD² between moved and {transport.target} tokens is "
        text += f"{three_digits(mmd)} (no unit)"
    return text + "."
