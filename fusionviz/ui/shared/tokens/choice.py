"""Which data the Transport and Distributions pages are of."""

from typing import Any

import streamlit as st

from fusionviz.analysis.shared.feature_subject import FeatureSubject, is_comparable
from fusionviz.analysis.shared.token_subject import TokenSubject
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.mosi import load_mosi_videos
from fusionviz.data.utterances.generator import SEEDS, render_utterance
from fusionviz.errors import FusionvizError, InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.tokens import (
    kin_of,
    name_utterance,
    name_video,
    readers_of,
    why_nobody_reads,
)
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.choice import chosen_sample
from fusionviz.ui.shared.readings import trouble_with
from fusionviz.ui.shared.share import forget, publish, recall, recall_word
from fusionviz.ui.shared.tokens.brought import Brought, brought_sequences
from fusionviz.ui.shared.tokens.pair import pick_pair, read_by
from fusionviz.ui.shared.tokens.picked import PickedTokens

DATA = {
    "pair": "RGB-D pair",
    "utterance": "Generated utterance",
    "mosi": "CMU-MOSI video",
    "file": "Your sequences",
}
DATA_KEY, UTTERANCE, VIDEO, READER = "data", "utterance", "video", "reader"
NO_MODEL = "no model"
CAPTION_WIDTH = 240
"""Pixels: with all choices and this, the row fits beside the sidebar at 1280."""

_FIRST_UTTERANCE = 12


def picked_tokens() -> PickedTokens | None:
    """Draw the choice of data, and return what is chosen.

    Where there is none, say why and what to do.
    """
    place = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="data_choice"
    )
    with place:
        data = _choose_data()
    try:
        return _pick(data, place)
    except FusionvizError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _choose_data() -> str:
    recall_word(DATA_KEY, "pair", DATA)
    data = st.selectbox(
        "Data",
        list(DATA),
        format_func=DATA.__getitem__,
        key=DATA_KEY,
        width=200,
        label_visibility="collapsed",
    )
    publish(DATA_KEY, "pair")
    return data


def _pick(data: str, place: Any) -> PickedTokens | None:  # noqa: ANN401
    if data != "utterance":
        forget([UTTERANCE])
    if data != "mosi":
        forget([VIDEO])
    if data == "pair":
        forget([READER])
        return _pick_pair(place)
    found = {
        "utterance": _choose_utterance,
        "mosi": _choose_video,
        "file": brought_sequences,
    }[data](place)
    if found is None:
        forget([READER])
        return None
    return _pick_reader(found, place)


def _pick_pair(place: Any) -> PickedTokens | None:  # noqa: ANN401
    chosen = chosen_sample()
    picked = None if chosen is None else pick_pair(chosen)
    if picked is None or picked.card is None:
        return None
    gone = " and ".join(picked.subject.missing_names)
    place.caption(
        f"**{picked.title}**, read by {picked.card.name}."
        f"{f' It has no {gone}.' if gone else ''} Choose both in the sidebar."
    )
    return picked


def _choose_utterance(place: Any) -> Brought:  # noqa: ANN401
    last = SEEDS["test"][-1]
    recall(UTTERANCE, _FIRST_UTTERANCE, low=0, high=last)
    seed = place.number_input(
        "Utterance (seed)",
        min_value=0,
        max_value=last,
        key=UTTERANCE,
        width=130,
        label_visibility="collapsed",
    )
    publish(UTTERANCE, _FIRST_UTTERANCE)
    return Brought(
        sample=_utterance(seed),
        key=f"utterance-{seed}",
        title=f"Utterance {seed}",
        named=name_utterance(seed),
    )


def _choose_video(place: Any) -> Brought:  # noqa: ANN401
    videos = _videos()
    recall_word(VIDEO, next(iter(videos)), videos)
    video = place.selectbox(
        "Video", list(videos), key=VIDEO, width=150, label_visibility="collapsed"
    )
    publish(VIDEO, next(iter(videos)))
    return Brought(
        sample=videos[video],
        key=f"mosi-{video}",
        title=f"Video {video}",
        named=name_video(video),
    )


def _pick_reader(found: Brought, place: Any) -> PickedTokens:  # noqa: ANN401
    cards = {card.name: card for card in readers_of(found.sample)}
    if not cards and not is_comparable(found.sample):
        raise InputError(why_nobody_reads(found.sample))
    names = [*cards, NO_MODEL]
    recall_word(READER, names[0], names)
    reader = place.selectbox(
        "Read by",
        names,
        key=READER,
        format_func=lambda name: (
            "read without a model" if name == NO_MODEL else f"read by {name}"
        ),
        width=270,
        label_visibility="collapsed",
    )
    publish(READER, names[0])
    place.caption(_summary(found.sample), width=CAPTION_WIDTH)
    card = cards.get(reader)
    sha256 = None if card is None else card.sha256
    key = f"{sha256 or 'no-model'}-{found.key}"
    name = SubjectName(
        checkpoint=None if card is None else card.name,
        weights_sha256=sha256,
        sample=found.named,
    )
    subject = _subject(key, card, found.sample)
    return PickedTokens(
        subject=subject, key=key, name=name, title=found.title, card=card
    )


def _subject(key: str, card: ModelCard | None, sample: SequenceSample) -> TokenSubject:
    if card is None:
        return _features(key, sample)
    try:
        return read_by(key, kin_of(card), cache.model(card), sample)
    except FusionvizError as error:
        raise InputError(f"**AlignMamba**: {trouble_with(card, error)}") from error


def _summary(sample: SequenceSample) -> str:
    steps = ", ".join(f"{len(x)} of {name}" for name, x in sample.modalities.items())
    told = ""
    if sample.target is not None and not sample.target.ndim:
        told = f" True score {float(sample.target):+.2f}."
    return f"Steps: {steps}.{told}"


@st.cache_resource(max_entries=8, show_spinner=False)
def _features(key: str, _sample: SequenceSample) -> FeatureSubject:
    return FeatureSubject(_sample)


@st.cache_resource(max_entries=32, show_spinner=False)
def _utterance(seed: int) -> SequenceSample:
    return render_utterance(seed)


@st.cache_resource(max_entries=1, show_spinner="Reading CMU-MOSI …")
def _videos() -> dict[str, SequenceSample]:
    return {one.id: one for one in load_mosi_videos()}
