"""What is kept between runs and shared between sessions: samples, models, exhibits.

Keys are small and exact: a seed, the SHA-256 of a file's bytes, the SHA-256 of a
checkpoint's weights. Arrays, models and files are passed with a leading underscore,
which Streamlit leaves out of the key. Every cache is bounded.

Nothing here draws, so nothing is interrupted while it has a turn.
"""

import time
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st

from fusionviz.analysis.shared.familiarity import Features, features_of
from fusionviz.analysis.shared.latent_statistics import (
    LatentStatistics,
    load_statistics,
)
from fusionviz.analysis.shared.limits import Limits, load_limits
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd_files import PairReading, ReadingOptions, read_with_choices
from fusionviz.data.rooms import ROOM_SIDE, render_room
from fusionviz.errors import CheckpointError
from fusionviz.exhibits.shared.exhibit import C, ExhibitKind, Request, S
from fusionviz.models.cards import ModelCard
from fusionviz.models.serving.opening import open_checkpoint
from fusionviz.turns import Turns
from fusionviz.ui.shared.shelf import ExhibitMaking, Shelf

MODEL_WORK = Turns(2)
"""How many sessions may run a model at once; the others wait their turn."""


_living: WeakValueDictionary[tuple[str, str], Any] = WeakValueDictionary()
"""Models that something still holds, as a kept subject does: none is loaded twice."""


@st.cache_resource(max_entries=64, show_spinner=False)
def room(seed: int, side: int = ROOM_SIDE) -> tuple[RGBDSample, float]:
    """Return a generated room and the milliseconds that it took."""
    start = time.perf_counter()
    sample = render_room(seed, (side, side))
    return sample, 1000 * (time.perf_counter() - start)


@st.cache_resource(max_entries=4, show_spinner="Reading the files …")
def pair(
    rgb_print: str | None,
    depth_print: str | None,
    options_json: str,
    _rgb: bytes | None,
    _depth: bytes | None,
    _options: ReadingOptions,
) -> tuple[PairReading, float]:
    """Return a pair that was brought and the milliseconds that reading it took.

    Raises:
        InputError: If a file cannot be used.
    """
    start = time.perf_counter()
    reading = read_with_choices(_rgb, _depth, _options)
    return reading, 1000 * (time.perf_counter() - start)


@st.cache_resource(max_entries=8, show_spinner="Loading the model …")
def _model(name: str, weights_print: str) -> Any:  # noqa: ANN401 - of any kind
    known = _living.get((name, weights_print))
    if known is not None:
        return known
    model = _living[name, weights_print] = open_checkpoint(name)
    return model


def model(card: ModelCard) -> Any:  # noqa: ANN401 - of any kind
    """Return the model of a checkpoint; new weights under an old name are loaded.

    Raises:
        CheckpointError: If it cannot be loaded.
    """
    return _model(card.name, card.sha256)


@st.cache_resource(max_entries=4, show_spinner=False)
def _statistics(name: str, weights_print: str) -> LatentStatistics:
    return load_statistics(name)


def statistics(card: ModelCard) -> LatentStatistics | None:
    """Return what a MANGO's latents are like over data; None where none are usable.

    Why they are not is what `load_statistics` raises, for the tabs that need them.
    """
    try:
        return _statistics(card.name, card.sha256)
    except CheckpointError:
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _limits(name: str, weights_print: str) -> Limits:
    return load_limits(name)


def limits(card: ModelCard) -> Limits | None:
    """Return how far a checkpoint's labels can be trusted, None where it is unknown."""
    try:
        return _limits(card.name, card.sha256)
    except CheckpointError:  # not kept: they may be measured while the app runs
        return None


@st.cache_resource(max_entries=32, show_spinner=False)
def features(
    sample_key: str, longest: int | None, _sample: RGBDSample
) -> dict[str, Features]:
    """Return the features of a pair, by which it is compared with others."""
    with MODEL_WORK:
        return features_of(_sample, longest)


@st.cache_resource(max_entries=8, show_spinner=False)
def _subject(
    model_number: int,
    sample_key: str,
    is_measured: bool,
    _model: Any,  # noqa: ANN401
    _sample: RGBDSample,
    _statistics: LatentStatistics | None,
) -> MangoSubject:
    return MangoSubject(_model, _sample, _statistics)


def subject(
    model: Any,  # noqa: ANN401 - a MANGO
    sample_key: str,
    sample: RGBDSample,
    statistics: LatentStatistics | None,
) -> MangoSubject:
    """Return a sample as a MANGO reads it, whose latents may have been measured.

    Two samples are compared by one model, and the same weights loaded again are
    another: so a subject is kept by its model's `id`, which is its own while the
    subject lives.
    """
    measured = statistics is not None
    return _subject(id(model), sample_key, measured, model, sample, statistics)


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf(MODEL_WORK)


def exhibit(
    kind: ExhibitKind[C, S],
    request: Request[C, S],
    subject_key: str,
    controls_json: str,
    other_key: str | None,
) -> ExhibitMaking[C, S]:
    """Return the making of an exhibit of a subject, or of two.

    Args:
        kind: Its kind.
        request: What it is made from.
        subject_key: Names the subject.
        controls_json: What the reader set.
        other_key: Names the second subject, where it compares.
    """
    key = (kind.name, subject_key, controls_json, other_key)
    return _shelf().take(key, kind, request)
