"""What can be set of a plan on the data, whatever the data are."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from fusionviz.analysis.transport.solvers import EPSILON, SOLVER_TITLES, SOLVERS, Solver
from fusionviz.ui.shared.share import publish, recall_word
from fusionviz.ui.transport.asked import choose_epsilon

N = TypeVar("N", bound=str)

SOLVER = "d_solver"


def choose_solver() -> tuple[Solver, float]:
    """Draw the choice of a solver, and of Sinkhorn's ε; return both."""
    recall_word(SOLVER, SOLVERS[0], SOLVERS)
    solver = st.selectbox(
        "Solver",
        SOLVERS,
        format_func=SOLVER_TITLES.__getitem__,
        key=SOLVER,
        width=176,
        help="The relaxed plan sends each token to its cheapest target; the others "
        "give each target as much as any other.",
    )
    publish(SOLVER, SOLVERS[0])
    if solver != "sinkhorn":
        return solver, EPSILON
    return solver, choose_epsilon(width=160)


def choose_step(
    label: str, key: str, steps: Sequence[str], *, default: str, help: str
) -> str:
    """Draw a slider over steps that the address knows; return the one chosen."""
    recall_word(key, default, steps)
    chosen = st.select_slider(label, steps, key=key, width=140, help=help)
    publish(key, default)
    return chosen


def choose_name(
    label: str,
    key: str,
    names: Sequence[N],
    say: Callable[[N], str] = str,
    *,
    width: int = 150,
) -> N:
    """Draw a choice of names, the first by default; return the one chosen."""
    recall_word(key, names[0], names)
    chosen = st.selectbox(label, names, format_func=say, key=key, width=width)
    publish(key, names[0])
    return chosen
