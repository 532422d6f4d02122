"""Tokens in one plane, stage by stage, and where picked ones came from."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from fusionviz.analysis.distributions.embedding import (
    METHOD_TITLES,
    Method,
    measure_embedding,
)
from fusionviz.analysis.distributions.token_picks import (
    Runs,
    picked_tokens,
    read_runs,
    runs_of,
    trace_back,
    write_runs,
)
from fusionviz.analysis.shared.token_subject import TokenSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.distributions.embedding import (
    LARGEST_SEED,
    METHODS,
    NEIGHBOURS,
    EmbeddingControls,
)
from fusionviz.exhibits.distributions.movement import MovementControls, PickedControls
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import forget, publish, recall, recall_word, seat
from fusionviz.ui.shared.tokens.picked import PickedTokens

CHART, PLACE = "distributions_embedding", "embedding"
PICK, METHOD, LINKS = "e_pick", "e_method", "e_links"
LONGEST_ADDRESS = 300
"""Letters of picked tokens up to which the address tells them."""

_KEPT, _LAST = "_picked_embedding", "_last_lasso"
_DEFAULT = EmbeddingControls()


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    subject = picked.subject
    _read_lasso(subject)
    runs = _current_runs(subject)
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="e_controls"
    ):
        controls = _choose(runs)
        is_told = _publish_runs(runs)
        _draw_clear(subject, runs, is_told)
    try:
        if controls.method == "pca" or _is_placed(picked, controls):
            show_exhibit(
                "distributions-embedding",
                picked,
                controls,
                key=CHART,
                select=("lasso", "box", "points"),
            )
    except InputError as error:
        nothing_yet(str(error))
    if runs:
        show_exhibit("distributions-picked", picked, PickedControls(picked=runs))
    show_exhibit("distributions-movement", picked, MovementControls())


def _choose(runs: Runs) -> EmbeddingControls:
    """Draw what can be set, and return it."""
    recall_word(METHOD, _DEFAULT.method, METHODS)
    chosen = st.segmented_control(
        "Plane by",
        METHODS,
        format_func=METHOD_TITLES.__getitem__,
        key=METHOD,
        required=True,
        help="PCA keeps distances as well as a plane can. t-SNE and UMAP keep "
        "neighbours together; UMAP needs the package umap-learn.",
    )
    method: Method = chosen or _DEFAULT.method
    publish(METHOD, _DEFAULT.method)
    neighbours, seed = _DEFAULT.neighbours, _DEFAULT.seed
    if method != "pca":
        neighbours = _choose_number(
            "Perplexity" if method == "tsne" else "Neighbours",
            "e_neighbours",
            (NEIGHBOURS.start, _DEFAULT.neighbours, NEIGHBOURS.stop - 1),
        )
        seed = _choose_number("Seed", "e_seed", (0, _DEFAULT.seed, LARGEST_SEED))
    links = bool(recall(LINKS, 0, low=0, high=1))
    seat("e_links_on", links)
    st.toggle(
        "Join partners",
        key="e_links_on",
        on_change=lambda: st.session_state.update(
            {LINKS: int(st.session_state.e_links_on)}
        ),
        help="Lines between tokens that belong together.",
    )
    publish(LINKS, 0)
    return EmbeddingControls(
        method=method, neighbours=neighbours, seed=seed, links=links, picked=runs
    )


def _choose_number(label: str, key: str, ends: tuple[int, int, int]) -> int:
    low, default, high = ends
    recall(key, default, low=low, high=high)
    number = st.number_input(label, low, high, key=key, width=104)
    publish(key, default)
    return int(number)


def _is_placed(picked: PickedTokens, controls: EmbeddingControls) -> bool:
    """Return whether t-SNE or UMAP has placed the tokens; else show how far it is."""
    asked = controls.settings
    inputs = f"{picked.key}-{asked.method}-{asked.neighbours}-{asked.seed}"

    def start() -> None:
        work = partial(measure_embedding, picked.subject, asked)
        jobs.start(PLACE, inputs, work)

    if jobs.job(PLACE, inputs) is None:
        start()
    job = jobs.job(PLACE, inputs)
    if job is not None and job.running:
        jobs.watch(PLACE)
        return False
    if job is not None and job.error is not None:
        nothing_yet(job.error)
        st.button("Try again", key="e_again", on_click=start)
        return False
    return True


def _read_lasso(subject: TokenSubject) -> None:
    """Take over what was drawn around in the last run, once.

    A chart forgets what was drawn on it when its picture changes, so that nothing
    drawn is no wish to let go of what is picked: there is a button for that.
    """
    chart = st.session_state.get(CHART)
    points: Sequence[Any] = chart["selection"]["points"] if chart else []
    data = [point.get("customdata") for point in points]
    drawn = tuple(tuple(one) for one in data if one is not None)
    if drawn and drawn != st.session_state.get(_LAST):
        st.session_state[_KEPT] = runs_of(trace_back(subject, drawn))
    st.session_state[_LAST] = drawn


def _current_runs(subject: TokenSubject) -> Runs:
    """Return what is picked: this session's, else the address's, where it fits."""
    if _KEPT not in st.session_state:
        text = str(st.query_params.get(PICK, ""))
        st.session_state[_KEPT] = read_runs(text, subject.names)
    masks = picked_tokens(subject, st.session_state[_KEPT])
    return runs_of(
        (name, int(token))
        for name, mask in masks.items()
        for token in mask.nonzero()[0]
    )


def _publish_runs(runs: Runs) -> bool:
    """Write what is picked to the address; return whether it fits there."""
    text = write_runs(runs)
    if not runs or len(text) > LONGEST_ADDRESS:
        forget([PICK])
        return not runs
    if st.query_params.get(PICK) != text:
        st.query_params[PICK] = text
    return True


def _draw_clear(subject: TokenSubject, runs: Runs, is_told: bool) -> None:
    """Say what is picked, with a button that lets go of it."""
    if not runs:
        st.caption("Draw around points to pick tokens.")
        return
    counts = {n: int(mask.sum()) for n, mask in picked_tokens(subject, runs).items()}
    st.button(
        "Let go of "
        + " and ".join(f"{count} {name}" for name, count in counts.items()),
        key="e_clear",
        icon=":material/close:",
        on_click=lambda: st.session_state.update({_KEPT: ()}),
    )
    if not is_told:
        st.caption("So many do not fit into a link.")
