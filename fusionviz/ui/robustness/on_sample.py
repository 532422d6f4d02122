"""The sample at hand: what all models make of it when modalities fail."""

from fusionviz.analysis.robustness.failures import MISSING, Failure
from fusionviz.data.faults.samples import faults_of
from fusionviz.errors import InputError
from fusionviz.exhibits.robustness.failures import FAILURES, FailuresControls
from fusionviz.exhibits.robustness.severities import (
    STRIP_OF_SEVERITIES,
    SeveritiesControls,
)
from fusionviz.ui.robustness import believing
from fusionviz.ui.robustness.choice import FailureChoice
from fusionviz.ui.shared.controls import (
    choose_name,
    choose_segment,
    choose_step,
    controls_row,
)
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.views.shared.style import MODALITY_NAMES

PRESENT = "present"
LOOKS = {
    "now": "As set",
    "strip": "All severities",
    "belief": "What MANGO believes",
}
LEVELS = ("0", "1", "2", "3", "4", "5")


@panel
def draw_panel(choice: FailureChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    subject = choice.subject
    looks = dict(LOOKS)
    if not subject.is_image:
        del looks["belief"]
    with controls_row("failing_controls"):
        look = choose_segment("Show", "look", looks)
        if look == "belief":
            missing = believing.choose()
        else:
            failures = _choose_failures(choice)
    if not visible:
        return
    if look == "belief":
        believing.draw(choice, missing)
    elif look == "strip":
        _show_strip(choice, failures)
    else:
        _show_failures(choice, failures)


def _choose_failures(choice: FailureChoice) -> list[Failure]:
    """Draw a switch and a severity for each modality, and return what fails."""
    subject, failures = choice.subject, []
    for place, name in enumerate(subject.modalities):
        known = faults_of(name, is_image=subject.is_image)
        titles = {PRESENT: "present"}
        if len(subject.modalities) > 1:
            titles[MISSING] = "missing"
        titles |= {fault.name: fault.title.lower() for fault in known}
        is_last = place == len(subject.modalities) - 1
        what = choose_name(
            MODALITY_NAMES.get(name, name),
            f"fail_{_key(name)}",
            titles,
            default=MISSING if is_last and place else PRESENT,
            width=150,
            help="Whether it is there, is missing, or has a fault.",
        )
        if what in (PRESENT, MISSING):
            if what == MISSING:
                failures.append(Failure(modality=name))
            continue
        severity = choose_step(
            "severity",
            f"severity_{_key(name)}",
            LEVELS,
            default="3",
            width=130,
            help=next(fault.imitates for fault in known if fault.name == what),
        )
        failures.append(Failure(modality=name, what=what, severity=float(severity)))
    return failures


def _show_failures(choice: FailureChoice, failures: list[Failure]) -> None:
    names = {one.modality for one in failures if one.what == MISSING}
    if names == set(choice.subject.modalities):
        raise InputError(
            "Nothing is left to read: let one of the modalities be present."
        )
    if not failures:
        nothing_yet(
            "Nothing is wrong: take a modality away or give it a fault, and see what "
            "each model makes of what is left."
        )
        return
    controls = FailuresControls(failures=tuple(one.to_text() for one in failures))
    show_exhibit(FAILURES, choice, controls)


def _show_strip(choice: FailureChoice, failures: list[Failure]) -> None:
    faults = [one for one in failures if one.what != MISSING]
    first = choice.subject.modalities[0]
    modality, fault = (faults[0].modality, faults[0].what) if faults else (first, "")
    if not faults:
        nothing_yet(
            f"No fault is set: here is the first of {MODALITY_NAMES.get(first, first)}."
        )
    controls = SeveritiesControls(modality=modality, fault=fault)
    show_exhibit(STRIP_OF_SEVERITIES, choice, controls)


def _key(name: str) -> str:
    """Return a modality's name fit for an address: a reader's own may be anything."""
    return "".join(one if one.isalnum() else "-" for one in name)
