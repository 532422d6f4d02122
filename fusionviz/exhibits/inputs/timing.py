"""Milliseconds of every step. Made again, they are measured anew."""

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.inputs.timing import describe_timing, draw_timing

FIRST = (
    "It is that of the **first run** of these checkpoints on this pair: going back to "
    "a pair takes what was kept, and does not run the models again. A first run after "
    "a start also pays for compiling and for memory: time the models again for what "
    "they take when warm."
)


def make_timing(request: Request[Controls, PairSubject]) -> Exhibit:
    """Return where the time of a pair went.

    Raises:
        InputError: Nothing was timed.
    """
    subject = request.subject
    steps = subject.milliseconds
    if not any(steps.values()):
        raise InputError("No step of this pair has been timed.")
    is_first = subject.passes == 1
    rows = [
        (owner, step, value)
        for owner, its in steps.items()
        for step, value in its.items()
    ]
    return Exhibit(
        draw=lambda: draw_timing(
            steps,
            runs="first run" if is_first else f"median of {subject.passes} passes",
        ),
        alt=describe_timing(steps),
        caption="Wall-clock time of each step, on the device that the models run on. "
        + (FIRST if is_first else _explain_again(subject.passes)),
        numbers={
            "passes": subject.passes,
            "total_milliseconds": sum(value for _, _, value in rows),
        },
        table={
            "who": [owner for owner, _, _ in rows],
            "step": [step for _, step, _ in rows],
            "milliseconds": [value for _, _, value in rows],
        },
    )


def _explain_again(passes: int) -> str:
    return (
        f"The models were timed again: each step is the **median of {passes} passes**. "
        "Reading the pair was timed when it was first read."
    )


TIMING = ExhibitKind(
    name="inputs-timing",
    title="Where the time goes",
    controls=Controls,
    make=make_timing,
    reads="pair",
    height=440,
)
