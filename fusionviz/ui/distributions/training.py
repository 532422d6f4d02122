"""How it came about in training, and what the weight of MMD does."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from fusionviz.analysis.distributions.lambda_family import FALLBACK, find_family
from fusionviz.analysis.distributions.training_curves import Axis
from fusionviz.analysis.shared.token_subject import TokenSubject
from fusionviz.errors import FusionvizError
from fusionviz.exhibits import exhibit_kind
from fusionviz.exhibits.distributions.lambda_family import LambdaControls
from fusionviz.exhibits.distributions.training_curves import (
    MOST,
    TrainingControls,
    with_log,
)
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, Request
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.ui.shared.cache import MODEL_WORK
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import publish_words, recall_words
from fusionviz.ui.shared.tokens.picked import PickedTokens

AXES: dict[str, Axis] = {"Steps": "steps", "Time": "seconds"}
WINDOWS = (1, 3, 5, 9, 15, 25)
_CHECKPOINTS, _DEFAULT = "t_checkpoints", "_t_default"


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    cards = list_checkpoints()
    if visible:
        _show_lambda(picked, cards)
    controls = _choose(picked, cards)
    if not visible:
        return
    if controls.checkpoints:
        exhibit = _make("distributions-training", picked, controls, cards)
        if exhibit is not None:
            show_exhibit("distributions-training", picked, controls, exhibit=exhibit)
    else:
        nothing_yet(
            "Choose a checkpoint, to see how its losses moved over training. There "
            "are none to choose where none came with a training log."
        )


def _choose(picked: PickedTokens, cards: Sequence[ModelCard]) -> TrainingControls:
    """Draw what can be set on the curves, in one row."""
    names, default = with_log(tuple(cards)), _default(picked, cards)
    last = st.session_state.get(_DEFAULT)
    if last != default and st.session_state.get(_CHECKPOINTS) == last:
        # Whoever has not chosen follows the checkpoint that reads the sample.
        st.session_state.pop(_CHECKPOINTS, None)
    st.session_state[_DEFAULT] = default
    recall_words(_CHECKPOINTS, default, names)
    wide, middle, narrow = st.columns([6, 2, 2], vertical_alignment="bottom")
    chosen = wide.multiselect(
        "Training of",
        names,
        key=_CHECKPOINTS,
        format_func=lambda name: name.removeprefix("alignmamba-"),
        max_selections=MOST,
        placeholder="No checkpoint",
    )
    publish_words(_CHECKPOINTS, default)
    axis = middle.segmented_control(
        "Over",
        list(AXES),
        default="Steps",
        key="t_axis",
        required=True,
        bind="query-params",
    )
    window = narrow.selectbox(
        "Smoothed over points",
        WINDOWS,
        index=WINDOWS.index(TrainingControls.smoothing),
        key="t_smooth",
        bind="query-params",
        help="Of the losses; 1 leaves them as they are.",
    )
    return TrainingControls(
        checkpoints=tuple(chosen[:MOST]),
        smoothing=int(window),
        axis=AXES[axis or "Steps"],
    )


def _default(picked: PickedTokens, cards: Sequence[ModelCard]) -> list[str]:
    """Return the picked checkpoint with its siblings of other λ, those with logs.

    Where it has none, the one whose log tells most stands beside it.
    """
    if picked.card is None:
        return list(with_log(tuple(cards)))[:1]
    beside = (card for card in cards if card.name == FALLBACK)
    family = find_family(picked.card.name) or (picked.card, *beside)
    return list(with_log(family))[:MOST]


def _show_lambda(picked: PickedTokens, cards: Sequence[ModelCard]) -> None:
    controls = LambdaControls()
    exhibit = _make("distributions-lambda", picked, controls, cards)
    if exhibit is None:
        return
    names = str(exhibit.numbers["checkpoints"]).split(", ")
    own = "" if picked.card is None else picked.card.name
    if own not in names:
        shown = ", ".join(name.removeprefix("alignmamba-") for name in names)
        nothing_yet(
            f"{own or 'This sample'} has no checkpoints that differ in λ alone. Shown "
            f"are {shown}, and MMD² of {exhibit.numbers['sample']}."
        )
    show_exhibit("distributions-lambda", picked, controls, exhibit=exhibit)


def _make(
    name: str, picked: PickedTokens, controls: Controls, cards: Sequence[ModelCard]
) -> Exhibit | None:
    """Return an exhibit; where there is none, say why."""
    prints = "-".join(card.sha256 for card in cards if card.kind == "alignmamba")
    key, said = f"{picked.key}-{prints}", json.dumps(asdict(controls))
    try:
        return _exhibit(name, key, said, picked.subject, controls)
    except FusionvizError as error:
        nothing_yet(str(error))
        return None


@st.cache_resource(max_entries=24, show_spinner="Checkpoints are compared …")
def _exhibit(
    name: str,
    key: str,
    controls_json: str,
    _subject: TokenSubject,
    _controls: Controls,
) -> Exhibit:
    """Return an exhibit; its key tells all checkpoints that it could be of."""
    request = Request(subject=_subject, controls=_controls)
    with MODEL_WORK:
        return exhibit_kind(name).make(request)
