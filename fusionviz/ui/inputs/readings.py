"""What both models say of the chosen sample."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import streamlit as st

from fusionviz.analysis.inputs.alignmamba_reading import (
    AlignMambaReading,
    measure_alignmamba,
)
from fusionviz.analysis.inputs.mango_reading import MangoReading, measure_mango
from fusionviz.analysis.inputs.pair_subject import PairSubject, longest_side
from fusionviz.data.records import RGBDSample
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.inputs.pair import PAIR, POINTS
from fusionviz.exhibits.shared.exhibit import (
    Controls,
    Exhibit,
    Request,
    SubjectName,
)
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.checkpoints import (
    TITLES,
    how_to_get,
    picked_checkpoint,
    trouble_with,
)
from fusionviz.ui.shared.sample.choice import SampleChoice
from fusionviz.ui.shared.subjects import MangoChoice, SubjectChoice, read_by_mango

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
    """What both models say of one sample, and why one says nothing.

    Attributes:
        sample: What they read.
        choice: What they say, with what names it.
        troubles: Why a model says nothing, and what to do, by its kind.
    """

    sample: SampleChoice
    choice: SubjectChoice[PairSubject]
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def mango(self) -> MangoReading | None:
        """What MANGO says."""
        return self.choice.subject.mango

    @property
    def alignmamba(self) -> AlignMambaReading | None:
        """What AlignMamba says."""
        return self.choice.subject.alignmamba

    @property
    def is_first_run(self) -> bool:
        """Whether times are those of the first run."""
        return self.choice.subject.passes == 1

    @property
    def seconds(self) -> float:
        """Time that the models took."""
        times = self.choice.subject.milliseconds
        of_models = (times[title] for title in TITLES.values() if title in times)
        return sum(sum(steps.values()) for steps in of_models) / 1000

    def by_mango(self) -> MangoChoice | None:
        """Return the sample as MANGO's own pages have it, None where none read it."""
        card = picked_checkpoint("mango") if self.mango is not None else None
        return None if card is None else read_by_mango(card, self.sample)


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
    again = st.session_state.get(_AGAIN, {}).get(_key(sample), {})
    times = {
        title: again.get(kind, said[kind].milliseconds)
        for kind, title in TITLES.items()
        if kind in said
    }
    cards = _cards()
    known = {title: cache.limits(card) for title, card in cards.items()}
    limits = {title: one for title, one in known.items() if one is not None}
    subject = PairSubject(
        sample=sample.rgbd,
        cards=cards,
        milliseconds={"reading": sample.milliseconds, **times},
        passes=PASSES if again else 1,
        limits=limits,
        features={
            title: cache.features(sample.key, longest_side(cards[title]), sample.rgbd)
            for title in limits
        },
        **said,
    )
    return Readings(sample=sample, choice=_named(sample, subject), troubles=troubles)


def before_models(sample: SampleChoice) -> SubjectChoice[PairSubject]:
    """Return a sample that no model has read yet, with those that are to read it."""
    return _named(sample, PairSubject(sample=sample.rgbd, cards=_cards()))


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
    st.session_state[_AGAIN] = {_key(sample): again}


@st.cache_resource(max_entries=8, show_spinner=False)
def pair_exhibit(key: str, _subject: PairSubject) -> Exhibit:
    """Return the pair as a picture. It waits for no model."""
    return PAIR.make(Request(subject=_subject, controls=Controls())).drawn()


@st.cache_resource(max_entries=8, show_spinner=False)
def points_exhibit(key: str, _subject: PairSubject) -> Exhibit:
    """Return a sample's point cloud. It waits for no model.

    Raises:
        InputError: There is no depth.
    """
    return POINTS.make(Request(subject=_subject, controls=Controls())).drawn()


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


def _cards() -> dict[str, ModelCard]:
    """Return the picked checkpoints by the models' titles."""
    picked = {title: picked_checkpoint(kind) for kind, title in TITLES.items()}
    return {title: card for title, card in picked.items() if card is not None}


def _key(sample: SampleChoice) -> str:
    """Return what names a sample and the checkpoints that read it."""
    return "-".join([sample.key, *(card.sha256 for card in _cards().values())])


def _named(sample: SampleChoice, subject: PairSubject) -> SubjectChoice[PairSubject]:
    mango = picked_checkpoint("mango")
    mamba = picked_checkpoint("alignmamba")
    return SubjectChoice(
        subject=subject,
        key=f"{_key(sample)}-{'-'.join(subject.readings)}",
        name=SubjectName(
            checkpoint=None if mango is None else mango.name,
            weights_sha256=None if mango is None else mango.sha256,
            sample=sample.named,
            beside={} if mamba is None else {mamba.name: mamba.sha256},
        ),
    )
