"""Tokens in one plane, stage by stage, and where picked ones came from."""

from functools import partial

import streamlit as st

from fusionviz.analysis.distributions.embedding import METHOD_TITLES, measure_embedding
from fusionviz.analysis.distributions.token_picks import (
    Runs,
    picked_tokens,
    read_runs,
    runs_of,
    trace_back,
    write_runs,
)
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.exhibits.distributions.embedding import (
    EMBEDDING,
    LARGEST_SEED,
    METHODS,
    NEIGHBOURS,
    EmbeddingControls,
)
from fusionviz.exhibits.distributions.movement import (
    MOVEMENT,
    PICKED,
    MovementControls,
    PickedControls,
)
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.charts import Mode
from fusionviz.ui.shared.clicks import newly_picked
from fusionviz.ui.shared.controls import (
    choose_number,
    choose_segment,
    choose_switch,
    controls_row,
)
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel, says_why
from fusionviz.ui.shared.share import forget, went_back
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.views.shared.style import MODALITY_NAMES

CHART, PLACE = "distributions_embedding", "embedding"
PICK = "e_pick"
LONGEST_ADDRESS = 300
"""Letters of picked tokens up to which the address tells them."""

_KEPT = "_picked_embedding"
_DEFAULT = EmbeddingControls()


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    subject = choice.subject
    _read_lasso(subject)
    runs = _current_runs(subject)
    with controls_row("e_controls"):
        controls = _choose(runs)
        is_told = _publish_runs(runs)
        _draw_picker(subject, runs)
        _draw_clear(subject, runs, is_told)
    with says_why():
        if controls.method == "pca" or _is_placed(choice, controls):
            lasso: tuple[Mode, ...] = ("lasso", "box", "points")
            show_exhibit(EMBEDDING, choice, controls, select=lasso)
    if runs:
        show_exhibit(PICKED, choice, PickedControls(picked=runs))
    show_exhibit(MOVEMENT, choice, MovementControls())


def _choose(runs: Runs) -> EmbeddingControls:
    """Draw what can be set, and return it."""
    method = choose_segment(
        "Plane by",
        "e_method",
        {method: METHOD_TITLES[method] for method in METHODS},
        default=_DEFAULT.method,
        help="PCA keeps distances as well as a plane can. t-SNE and UMAP keep "
        "neighbours together; UMAP needs the package umap-learn.",
    )
    neighbours, seed = _DEFAULT.neighbours, _DEFAULT.seed
    if method != "pca":
        neighbours = choose_number(
            "Perplexity" if method == "tsne" else "Neighbours",
            "e_neighbours",
            default=neighbours,
            first=NEIGHBOURS.start,
            last=NEIGHBOURS.stop - 1,
            width=104,
        )
        seed = choose_number(
            "Seed", "e_seed", default=seed, last=LARGEST_SEED, width=104
        )
    links = choose_switch(
        "Join partners", "e_links", help="Lines between tokens that belong together."
    )
    return EmbeddingControls(
        method=method, neighbours=neighbours, seed=seed, links=links, picked=runs
    )


def _is_placed(choice: TokenChoice, controls: EmbeddingControls) -> bool:
    """Return whether t-SNE or UMAP has placed the tokens; else show how far it is."""
    asked = controls.settings
    inputs = f"{choice.key}-{asked.method}-{asked.neighbours}-{asked.seed}"

    def start() -> None:
        work = partial(measure_embedding, choice.subject, asked)
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
    drawn = newly_picked(CHART)
    if drawn:
        st.session_state[_KEPT] = runs_of(trace_back(subject, drawn))


def _current_runs(subject: TokenSubject) -> Runs:
    """Return what is picked: this session's, else the address's, where it fits."""
    if _KEPT not in st.session_state or went_back():
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


def _draw_picker(subject: TokenSubject, runs: Runs) -> None:
    """Draw how tokens are picked without a mouse: from one to another, by name."""
    with st.popover("Pick by name", icon=":material/keyboard:", key="e_by_name"):
        name = st.selectbox(
            "Tokens of",
            subject.names,
            format_func=lambda name: MODALITY_NAMES.get(name, name),
            key=f"e_of_{'_'.join(subject.names)}",
        )
        labels = subject.side(name).labels
        ends = [
            st.selectbox(
                label,
                range(len(labels)),
                format_func=labels.__getitem__,
                key=f"e_{label.lower()}_{name}_{len(labels)}",
            )
            for label in ("From", "To")
        ]
        between = [(name, token) for token in range(min(ends), max(ends) + 1)]
        st.button(
            "Pick them",
            key="e_add",
            on_click=lambda: st.session_state.update(
                {_KEPT: runs_of([*_tokens_of(runs), *between])}
            ),
        )


def _tokens_of(runs: Runs) -> list[tuple[str, int]]:
    return [
        (name, token) for name, first, last in runs for token in range(first, last + 1)
    ]


def _draw_clear(subject: TokenSubject, runs: Runs, is_told: bool) -> None:
    """Say what is picked, with a button that lets go of it."""
    if not runs:
        st.caption("Draw around points to pick tokens, or pick them by name.")
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
