"""Transport of a model of one's own: its plan, and others beside it."""

from collections.abc import Callable

from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.exhibits.transport.own_plan import OWN_PLAN
from fusionviz.ui.shared.data.arrays import ArraysChoice
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel, says_why
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.shared.tabs import draw_tabs
from fusionviz.ui.transport import convergence, on_data, solvers


def draw_arrays(choice: ArraysChoice) -> None:
    """Draw the page for arrays.

    Raises:
        InputError: There is neither a plan nor tokens among them.
    """
    arrays = choice.subject.arrays
    if arrays.plan is None and not arrays.tokens:
        raise choice.subject.absent("Transport")
    of_plan = () if arrays.plan is not None else (PLAN,)
    draw_tabs({t: draw for t, draw in TABS.items() if t not in of_plan}, choice)


@panel
def _draw_plan(choice: ArraysChoice, visible: bool) -> None:
    if visible:
        show_exhibit(OWN_PLAN, choice, Controls())


def _of_tokens(
    draw: Callable[[TokenChoice, bool], None],
) -> Callable[[ArraysChoice, bool], None]:
    """Return the panel of a tab that shows tokens, for arrays that may have none."""

    def drawn(choice: ArraysChoice, visible: bool) -> None:
        with says_why(visible):
            draw(choice.tokens, visible)

    return drawn


PLAN = "The plan"
TABS = {
    PLAN: _draw_plan,
    "Three solvers": _of_tokens(solvers.draw_panel),
    "Convergence": _of_tokens(convergence.draw_panel),
    "On the data": _of_tokens(on_data.draw_panel),
}
