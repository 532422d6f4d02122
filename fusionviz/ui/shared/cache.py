"""What is kept between runs and shared between sessions: samples, models, readings.

Keys are small and exact: a seed, the SHA-256 of a file's bytes, the SHA-256 of a
checkpoint's weights. Arrays, models and files are passed with a leading underscore,
which Streamlit leaves out of the key. Every cache is bounded.

Nothing here draws, so nothing is interrupted while it holds the model semaphore.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from fusionviz.analysis.inputs.alignmamba_reading import measure_alignmamba
from fusionviz.analysis.inputs.mango_reading import measure_mango
from fusionviz.analysis.inputs.points import measure_points
from fusionviz.analysis.shared.attention import LayerAttention, measure_attention
from fusionviz.analysis.shared.latent_statistics import (
    LatentStatistics,
    load_statistics,
)
from fusionviz.analysis.shared.mango_subject import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd_files import read_pair
from fusionviz.data.rooms import render_room
from fusionviz.errors import CheckpointError
from fusionviz.exhibits import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, Request
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.views.inputs.points import describe_points, draw_points
from fusionviz.views.shared.pair import draw_pair

_BLANK = RGBDSample(
    rgb=np.zeros((16, 16, 3), np.uint8), depth_m=np.ones((16, 16), np.float32)
)
_MEASURES: dict[str, Callable[[Any, RGBDSample], Any]] = {
    "mango": measure_mango,
    "alignmamba": measure_alignmamba,
}

MODEL_WORK = threading.BoundedSemaphore(2)
"""How many sessions may run a model at once; the others wait their turn."""


@st.cache_resource(max_entries=64, show_spinner=False)
def room(seed: int) -> tuple[RGBDSample, float]:
    """Return a generated room and the milliseconds that it took."""
    start = time.perf_counter()
    sample = render_room(seed)
    return sample, 1000 * (time.perf_counter() - start)


def fingerprint(data: bytes | None) -> str | None:
    """Return the SHA-256 of a file's bytes, None for no file."""
    return None if data is None else hashlib.sha256(data).hexdigest()


@st.cache_resource(max_entries=4, show_spinner="Reading the files …")
def pair(
    rgb_print: str | None,
    depth_print: str | None,
    depth_unit: str,
    _rgb: bytes | None,
    _depth: bytes | None,
) -> tuple[RGBDSample, float]:
    """Return an uploaded pair and the milliseconds that reading it took.

    Raises:
        InputError: If a file cannot be used.
    """
    start = time.perf_counter()
    sample = read_pair(_rgb, _depth, depth_unit=depth_unit)
    return sample, 1000 * (time.perf_counter() - start)


@st.cache_resource(max_entries=16, show_spinner=False)
def pair_figure(sample_key: str, _sample: RGBDSample) -> go.Figure:
    """Return the figure of a pair."""
    return draw_pair(_sample)


@st.cache_resource(max_entries=16, show_spinner=False)
def cloud_figure(sample_key: str, _sample: RGBDSample) -> tuple[go.Figure, str]:
    """Return the figure of a sample's point cloud, and the cloud in words."""
    cloud = measure_points(_sample)
    return draw_points(cloud), describe_points(cloud)


@st.cache_resource(max_entries=4, show_spinner="Loading the model …")
def _model(name: str, weights_print: str) -> Any:  # noqa: ANN401 - of any kind
    loaded = load_checkpoint(name)
    # The first pass compiles and allocates: it is made here, so that the times that
    # the page shows are those of the model. Of models on sequences it shows none.
    if getattr(loaded.config, "head", "dense") == "dense":
        with MODEL_WORK:
            _MEASURES[loaded.card.kind](loaded, _BLANK)
    return loaded


def model(card: ModelCard) -> Any:  # noqa: ANN401 - of any kind
    """Return the model of a checkpoint; new weights under an old name are loaded.

    Raises:
        CheckpointError: If it cannot be loaded.
    """
    return _model(card.name, card.sha256)


@st.cache_resource(max_entries=32, show_spinner="The model reads the pair …")
def reading(
    kind: str,
    weights_print: str,
    sample_key: str,
    _model: Any,  # noqa: ANN401
    _sample: RGBDSample,
) -> Any:  # noqa: ANN401 - MangoReading or AlignMambaReading, by kind
    """Return what a model of this kind says of a sample."""
    with MODEL_WORK:
        return _MEASURES[kind](_model, _sample)


def time_pass(kind: str, model: Any, sample: RGBDSample) -> dict[str, float]:  # noqa: ANN401
    """Return the milliseconds that a model takes for a sample now, by step."""
    with MODEL_WORK:
        return _MEASURES[kind](model, sample).milliseconds


@st.cache_resource(max_entries=32, show_spinner="MANGO shows its attention …")
def attention(
    weights_print: str,
    sample_key: str,
    layer: int,
    _model: Any,  # noqa: ANN401
    _sample: RGBDSample,
) -> LayerAttention:
    """Return one layer's attention on a sample."""
    with MODEL_WORK:
        return measure_attention(_model, _sample, layer=layer)


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


@st.cache_resource(max_entries=16, show_spinner=False)
def subject(
    weights_print: str,
    sample_key: str,
    is_measured: bool,
    _model: Any,  # noqa: ANN401
    _sample: RGBDSample,
    _statistics: LatentStatistics | None,
) -> MangoSubject:
    """Return a sample as a MANGO reads it, whose latents may have been measured."""
    return MangoSubject(_model, _sample, _statistics)


@st.cache_resource(max_entries=96, show_spinner="The model is asked …")
def exhibit(
    name: str,
    subject_key: str,
    controls_json: str,
    other_key: str | None,
    _subject: Any,  # noqa: ANN401 - of the kind that the exhibit reads
    _controls: Controls,
    _other: Any,  # noqa: ANN401
) -> Exhibit:
    """Return an exhibit of a subject, or of two."""
    request = Request(subject=_subject, controls=_controls, other=_other)
    with MODEL_WORK:
        return exhibit_kind(name).make(request)
