"""What the solvers are asked: which source, at which ε; alike in all their tabs."""

import streamlit as st

from fusionviz.analysis.shared.token_subject import TokenSubject
from fusionviz.analysis.transport.epsilon_sweep import EPSILONS
from fusionviz.analysis.transport.solvers import EPSILON
from fusionviz.ui.shared.share import publish, recall_word
from fusionviz.views.shared.style import MODALITY_NAMES

SOURCE_KEY, EPSILON_KEY = "s_source", "epsilon"
_STEPS = tuple(f"{epsilon:g}" for epsilon in EPSILONS)
_DEFAULT = f"{EPSILON:g}"


def choose_source(subject: TokenSubject) -> str:
    """Draw the choice of the modality that is sent, where there is one; return it.

    Raises:
        InputError: There is nothing to send, or nothing to send it to.
    """
    names = subject.sources
    first = subject.case().source.name
    if len(names) == 1:
        return first
    recall_word(SOURCE_KEY, first, names)
    source = st.selectbox(
        "Sent",
        names,
        format_func=lambda name: MODALITY_NAMES.get(name, name),
        key=SOURCE_KEY,
        width=130,
        help=f"Whose tokens are sent to those of {subject.anchor}.",
    )
    publish(SOURCE_KEY, first)
    return source


def choose_epsilon(width: int = 480) -> float:
    """Draw the slider of ε, logarithmic and one for all tabs, and return its value.

    Args:
        width: Pixels.
    """
    recall_word(EPSILON_KEY, _DEFAULT, _STEPS)
    chosen = st.select_slider(
        "ε of Sinkhorn, in the unit of the cost" if width > 250 else "ε of Sinkhorn",
        _STEPS,
        key=EPSILON_KEY,
        width=width,
        help="How much blur is paid for: small is close to the exact plan, large to "
        "the product of the marginals. The costs are 0 to 2.",
    )
    publish(EPSILON_KEY, _DEFAULT)
    return float(chosen)
