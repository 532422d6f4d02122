"""How it came about in training, and what the weight of MMD does."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from fusionviz.analysis.distributions.lambda_family import FALLBACK, find_family
from fusionviz.analysis.distributions.training_curves import Axis
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.exhibits.distributions.lambda_family import LAMBDA, LambdaControls
from fusionviz.exhibits.distributions.training_curves import (
    MOST,
    TRAINING,
    TrainingControls,
    with_log,
)
from fusionviz.exhibits.shared.exhibit import C, Exhibit, ExhibitKind, Request
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.ui.shared.cache import MODEL_WORK
from fusionviz.ui.shared.controls import choose_bound
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel, says_why
from fusionviz.ui.shared.share import publish_words, recall_words, said, unseat
from fusionviz.ui.shared.subjects import TokenChoice

AXES: dict[str, Axis] = {"Steps": "steps", "Time": "seconds"}
WINDOWS = (1, 3, 5, 9, 15, 25)
_CHECKPOINTS, _DEFAULT = "t_checkpoints", "_t_default"


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    cards = list_checkpoints()
    if visible:
        with says_why():
            _show_lambda(choice, cards)
    controls = _choose(choice, cards)
    if not visible:
        return
    if controls.checkpoints:
        exhibit = _make(TRAINING, choice, controls, cards)
        show_exhibit(TRAINING, choice, controls, exhibit=exhibit)
    else:
        nothing_yet(
            "Choose a checkpoint, to see how its losses moved over training. There "
            "are none to choose where none came with a training log."
        )


def _choose(choice: TokenChoice, cards: Sequence[ModelCard]) -> TrainingControls:
    """Draw what can be set on the curves, in one row."""
    names, default = with_log(tuple(cards)), _default(choice, cards)
    last = st.session_state.get(_DEFAULT)
    if last != default and said(_CHECKPOINTS) == last:
        # Whoever has not chosen follows the checkpoint that reads the sample.
        unseat(_CHECKPOINTS)
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
    with middle:
        axis = choose_bound("Over", "t_axis", AXES)
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
        axis=axis,
    )


def _default(choice: TokenChoice, cards: Sequence[ModelCard]) -> list[str]:
    """Return the picked checkpoint with its siblings of other λ, those with logs.

    Where it has none, the one whose log tells most stands beside it.
    """
    if choice.card is None:
        return list(with_log(tuple(cards)))[:1]
    beside = (card for card in cards if card.name == FALLBACK)
    family = find_family(choice.card.name) or (choice.card, *beside)
    return list(with_log(family))[:MOST]


def _show_lambda(choice: TokenChoice, cards: Sequence[ModelCard]) -> None:
    controls = LambdaControls()
    exhibit = _make(LAMBDA, choice, controls, cards)
    names = str(exhibit.numbers["checkpoints"]).split(", ")
    own = "" if choice.card is None else choice.card.name
    if own not in names:
        shown = ", ".join(name.removeprefix("alignmamba-") for name in names)
        nothing_yet(
            f"{own or 'This sample'} has no checkpoints that differ in λ alone. Shown "
            f"are {shown}, and MMD² of {exhibit.numbers['sample']}."
        )
    show_exhibit(LAMBDA, choice, controls, exhibit=exhibit)


def _make(
    kind: ExhibitKind[C, TokenSubject],
    choice: TokenChoice,
    controls: C,
    cards: Sequence[ModelCard],
) -> Exhibit:
    """Return an exhibit, kept as long as no checkpoint changes that it may be of."""
    prints = "-".join(card.sha256 for card in cards if card.kind == "alignmamba")
    key, said = f"{choice.key}-{prints}", json.dumps(asdict(controls))
    request = Request(subject=choice.subject, controls=controls)
    return _exhibit(kind.name, key, said, kind, request)


@st.cache_resource(max_entries=24, show_spinner="Checkpoints are compared …")
def _exhibit(
    name: str,
    key: str,
    controls_json: str,
    _kind: ExhibitKind[C, TokenSubject],
    _request: Request[C, TokenSubject],
) -> Exhibit:
    with MODEL_WORK:
        return _kind.make(_request).drawn()
