"""What both models say of the chosen sample."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from fusionviz.analysis.inputs.alignmamba_reading import (
    AlignMambaReading,
    measure_alignmamba,
)
from fusionviz.analysis.inputs.mango_reading import MangoReading, measure_mango
from fusionviz.analysis.inputs.points import measure_points
from fusionviz.analysis.shared.attention import LayerAttention, measure_attention
from fusionviz.data.records import RGBDSample
from fusionviz.errors import FusionvizError
from fusionviz.models.modalities import as_size, window_read
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.checkpoints import (
    TITLES,
    how_to_get,
    picked_checkpoint,
    trouble_with,
)
from fusionviz.ui.shared.sample import SampleChoice
from fusionviz.views.inputs.points import describe_points, draw_points
from fusionviz.views.shared.pair import Window, draw_pair

PASSES = 3
"""That a model is timed over."""

_AGAIN = "_timed_again"
_BLANK = RGBDSample(
    rgb=np.zeros((16, 16, 3), np.uint8), depth_m=np.ones((16, 16), np.float32)
)
_MEASURES: dict[str, Callable[[Any, RGBDSample], Any]] = {
    "mango": measure_mango,
    "alignmamba": measure_alignmamba,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Readings:
    """Both models' readings of one sample; None, with a sentence, where there is none.

    Attributes:
        sample: What they read.
        mango: What MANGO says.
        alignmamba: What AlignMamba says.
        troubles: Why a model says nothing, and what to do, by its kind.
        again: Milliseconds of each step when the models were timed once more, by their
            kind; empty where they were not.
    """

    sample: SampleChoice
    mango: MangoReading | None = None
    alignmamba: AlignMambaReading | None = None
    troubles: dict[str, str] = field(default_factory=dict)
    again: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Time that the models took."""
        return sum(sum(steps.values()) for steps in self._by_model.values()) / 1000

    @property
    def milliseconds(self) -> dict[str, dict[str, float]]:
        """Milliseconds of each step, by who took them."""
        named = {TITLES[kind]: steps for kind, steps in self._by_model.items()}
        return {"reading": self.sample.milliseconds, **named}

    @property
    def _by_model(self) -> dict[str, dict[str, float]]:
        said = {"mango": self.mango, "alignmamba": self.alignmamba}
        return {
            kind: self.again.get(kind, one.milliseconds)
            for kind, one in said.items()
            if one is not None
        }

    def mango_model(self) -> Any:  # noqa: ANN401 - a Mango, or None
        """Return the MANGO that read the sample, None where none did."""
        card = picked_checkpoint("mango") if self.mango is not None else None
        return None if card is None else cache.model(card)

    def attention(self, layer: int) -> LayerAttention:
        """Return one layer's attention on the sample.

        Raises:
            ValueError: There is no MANGO.
        """
        card = picked_checkpoint("mango")
        if card is None:
            raise ValueError("there is no MANGO to ask for its attention")
        key = card.sha256, self.sample.key
        return _attention(*key, layer, cache.model(card), self.sample.rgbd)


def measure(sample: SampleChoice) -> Readings:
    """Return what the picked checkpoints say of a sample."""
    said: dict[str, Any] = {}
    troubles = {}
    for kind in TITLES:
        card = picked_checkpoint(kind)
        if card is None:
            troubles[kind] = how_to_get(kind)
            continue
        try:
            model = cache.model(card)
            _warm(kind, card.sha256, model)
            said[kind] = _reading(kind, card.sha256, sample.key, model, sample.rgbd)
        except FusionvizError as error:
            troubles[kind] = trouble_with(card, error)
    again = st.session_state.get(_AGAIN, {}).get(_names(sample), {})
    return Readings(sample=sample, troubles=troubles, again=again, **said)


def time_again(sample: SampleChoice) -> None:
    """Time the picked checkpoints on a sample anew: the median of some passes.

    What they say was kept from their first pass, and with it the time of that, which a
    cold start may have made long.
    """
    again = {}
    for kind in TITLES:
        card = picked_checkpoint(kind)
        if card is None:
            continue
        with suppress(FusionvizError):  # `measure` says why it cannot be loaded
            model = cache.model(card)
            passes = [time_pass(kind, model, sample.rgbd) for _ in range(PASSES)]
            again[kind] = _median(passes)
    st.session_state[_AGAIN] = {_names(sample): again}


def windows_read(sample: RGBDSample) -> dict[str, Window]:
    """Return what the picked checkpoints read of a picture, by the models' titles."""
    cards = {title: picked_checkpoint(kind) for kind, title in TITLES.items()}
    return {
        title: window_read(sample.size, as_size(card.config["image_size"]))
        for title, card in cards.items()
        if card is not None and "image_size" in card.config
    }


@st.cache_resource(max_entries=16, show_spinner=False)
def pair_figure(
    sample_key: str, read: dict[str, Window], _sample: RGBDSample
) -> go.Figure:
    """Return the figure of a pair, with what models read of it framed."""
    return draw_pair(_sample, read)


@st.cache_resource(max_entries=16, show_spinner=False)
def cloud_figure(sample_key: str, _sample: RGBDSample) -> tuple[go.Figure, str]:
    """Return the figure of a sample's point cloud, and the cloud in words."""
    cloud = measure_points(_sample)
    return draw_points(cloud), describe_points(cloud)


@st.cache_resource(max_entries=4, show_spinner="Loading the model …")
def _warm(kind: str, weights_print: str, _model: Any) -> None:  # noqa: ANN401
    """Let a model compile and allocate, so that the times of a reading are its own."""
    with cache.MODEL_WORK:
        _MEASURES[kind](_model, _BLANK)


@st.cache_resource(max_entries=32, show_spinner="The model reads the pair …")
def _reading(
    kind: str,
    weights_print: str,
    sample_key: str,
    _model: Any,  # noqa: ANN401
    _sample: RGBDSample,
) -> Any:  # noqa: ANN401 - MangoReading or AlignMambaReading, by kind
    with cache.MODEL_WORK:
        return _MEASURES[kind](_model, _sample)


def time_pass(kind: str, model: Any, sample: RGBDSample) -> dict[str, float]:  # noqa: ANN401
    """Return the milliseconds that a model takes for a sample now, by step."""
    with cache.MODEL_WORK:
        return _MEASURES[kind](model, sample).milliseconds


def _median(passes: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: median(one[name] for one in passes) for name in passes[0]}


def _names(sample: SampleChoice) -> tuple[str, ...]:
    """Return what names a sample and the checkpoints that read it."""
    cards = [picked_checkpoint(kind) for kind in TITLES]
    return (sample.key, *("" if card is None else card.sha256 for card in cards))


@st.cache_resource(max_entries=32, show_spinner="MANGO shows its attention …")
def _attention(
    weights_print: str,
    sample_key: str,
    layer: int,
    _model: Any,  # noqa: ANN401
    _sample: RGBDSample,
) -> LayerAttention:
    with cache.MODEL_WORK:
        return measure_attention(_model, _sample, layer=layer)
