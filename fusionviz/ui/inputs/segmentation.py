"""Both models' classes, beside the true ones where they are known."""

from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.exhibits.shared.exhibit import HEIGHT
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.ui.shared.notices import nothing_yet
from fusionviz.views.shared.segmentation import (
    describe_segmentations,
    draw_segmentations,
)

FORMULA = r"\hat y_p = \arg\max_c\ \mathrm{softmax}\big(\mathrm{head}(\cdot)\big)_{c,p}"


def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab."""
    if not visible:
        return
    found = found_by(readings)
    if not found:
        nothing_yet("No model has labelled this pair yet.")
        return
    reading = readings.mango or readings.alignmamba
    if reading is None:
        raise ValueError("there is a segmentation and no reading that it is from")
    figure = draw_segmentations(found, reading.pictures)
    alt = describe_segmentations(found)
    show(figure, key="segmentation", alt=alt, height=HEIGHT)
    how_to_read(explain(readings, found), formula=FORMULA, key="segmentation")


def found_by(readings: Readings) -> dict[str, Segmentation]:
    """Return each model's segmentation by the model's name."""
    said = {"MANGO": readings.mango, "AlignMamba": readings.alignmamba}
    return {name: r.segmentation for name, r in said.items() if r is not None}


def explain(readings: Readings, found: dict[str, Segmentation]) -> str:
    """Return in words what the picture shows, with this pair's numbers."""
    lines = [
        "Each pixel has the colour of the class that the model finds most probable; "
        "hovering says which, and how sure the model is. What the models read of the "
        "picture is framed on it above, or else the whole of it. MANGO labels from its "
        "latents z, which G⁻¹ turns back into the tokens; AlignMamba from the states "
        "of its scan."
    ]
    for name, one in found.items():
        largest = ", ".join(f"{c} {s:.0%}" for c, s in list(one.shares.items())[:3])
        line = f"- **{name}**: mostly {largest}."
        if one.pixel_accuracy is not None and one.mean_iou is not None:
            line += (
                f" {one.pixel_accuracy:.1%} of pixels right, mean intersection over "
                f"union {one.mean_iou:.1%} over the classes that are there or found."
            )
        lines.append(line)
    missing = readings.mango.missing if readings.mango else None
    if missing is not None:
        lines.append(f"- {missing} is missing: MANGO labels from its guess of it.")
    return "\n".join(lines)
