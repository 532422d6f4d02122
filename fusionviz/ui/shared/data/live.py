"""A live model of one's own, asked about an input that the reader chooses."""

from importlib.metadata import EntryPoint

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.rgbd_files import read_with_choices
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.arrays import served_file
from fusionviz.explain.live import (
    FILES,
    FIRST_SEED,
    ROOM,
    UTTERANCE,
    ask_live,
    batch_of,
    batch_of_pair,
    inputs_of,
    name_live,
    print_of,
)
from fusionviz.models.live import Batch, WrappedModel, live_places, load_live
from fusionviz.ui.shared.controls import choose_name, choose_number
from fusionviz.ui.shared.data.arrays_file import MODEL
from fusionviz.ui.shared.sample.files import brought_files, reading_options

INPUT, SEED = "live_input", "live_seed"
"""Their names in the address."""

FILE = "file"
LAST_SEED = 999_999


@st.cache_resource(show_spinner=False)
def _places() -> dict[str, EntryPoint]:
    """Return where live models are found: looked for once a server."""
    return live_places()


def are_served() -> bool:
    """Whether there is a live model."""
    return bool(_places())


def choose_model(place: DeltaGenerator) -> str | None:
    """Draw the choice of what arrays come from; return a live model, None: a file."""
    live, file = {name: f"live: {name}" for name in _places()}, {FILE: "a file"}
    if not live:
        return None
    titles = live | file if served_file() is None else file | live
    with place:
        chosen = choose_name("Arrays of", MODEL, titles, width=270)
    return None if chosen == FILE else chosen


def ask_chosen(
    name: str, place: DeltaGenerator
) -> tuple[ArraysSubject, str, SubjectName] | None:
    """Draw the choice of an input, and return the answer, its key and its name.

    Args:
        name: Of the live model.
        place: Where the choice stands.

    Raises:
        InputError: The model cannot be loaded, or raises, or its arrays have faults.
    """
    model = _model(name)
    described = model.description
    titles = inputs_of(described)
    if not titles:
        raise InputError(
            f"{described.name} reads {', '.join(m.name for m in described.modalities)}"
            " and has no examples: give describe() some, as batches of one sample."
        )
    with place:
        asked = choose_name("Input", INPUT, titles, width=200)
        seed = None
        if asked in (ROOM, UTTERANCE):
            seed = choose_number(
                "Seed", SEED, default=FIRST_SEED, last=LAST_SEED, width=110
            )
    if asked == FILES:
        batch = _batch_of_files(model)
    else:
        batch = _batch(name, asked, seed or 0, model)
    if batch is None:
        return None
    key = f"live-{name}-{print_of(batch)}"
    title = f"{described.name}, {titles[asked]}"
    if seed is not None:
        title += f" {seed}"
    named = name_live(name, asked, batch, seed)
    return _answer(key, title, model, batch), key, named


def _batch_of_files(model: WrappedModel) -> Batch | None:
    rgb, depth = brought_files()
    if rgb is None and depth is None:
        st.info(
            "Drop an RGB picture and a depth map under **Upload** on the left, then "
            "choose **Arrays** again.",
            icon=":material/upload_file:",
        )
        return None
    reading = read_with_choices(rgb, depth, reading_options())
    return batch_of_pair(model.description, reading.sample)


@st.cache_resource(max_entries=4, show_spinner="Loading the live model …")
def _model(name: str) -> WrappedModel:
    places = _places()
    if name not in places:
        raise InputError(f"there is no live model {name}")
    return load_live(places[name])


@st.cache_resource(max_entries=16, show_spinner=False)
def _batch(name: str, asked: str, seed: int, _model: WrappedModel) -> Batch:
    return batch_of(_model.description, asked, seed)


@st.cache_resource(max_entries=8, show_spinner="The live model is asked …")
def _answer(key: str, title: str, _model: WrappedModel, _batch: Batch) -> ArraysSubject:
    return ask_live(_model, _batch, title)
