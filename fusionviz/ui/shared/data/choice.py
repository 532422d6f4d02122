"""Which data the Transport and Distributions pages are of."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fusionviz.analysis.shared.subjects.features import FeatureSubject, is_comparable
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
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
from fusionviz.ui.shared.checkpoints import trouble_with
from fusionviz.ui.shared.controls import choose_name, choose_number
from fusionviz.ui.shared.data.pair import choose_pair, read_by
from fusionviz.ui.shared.data.sequences import SequenceChoice, choose_files
from fusionviz.ui.shared.data.typed import HOW, SENTENCE, choose_typed, say_typed
from fusionviz.ui.shared.notices import say_refusal
from fusionviz.ui.shared.sample.choice import current_sample
from fusionviz.ui.shared.share import forget
from fusionviz.ui.shared.subjects import TokenChoice

DATA = {
    "pair": "RGB-D pair",
    "utterance": "Generated utterance",
    "mosi": "CMU-MOSI video",
    "typed": "Typed text",
    "file": "Your sequences",
}
UTTERANCE, VIDEO, READER = "utterance", "video", "reader"
NO_MODEL = "no model"
CAPTION_WIDTH = 240
"""Pixels: with all choices and this, the row fits beside the sidebar at 1280."""

_FIRST_UTTERANCE = 12


def choose_tokens() -> TokenChoice | None:
    """Draw the choice of data, and return what is chosen.

    Where there is none, say why and what to do.
    """
    place = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="data_choice"
    )
    with place:
        data = choose_name("Data", "data", DATA, width=200, hide_label=True)
    try:
        return _choose(data, place)
    except FusionvizError as error:
        say_refusal(error)
        return None


def _choose(data: str, place: DeltaGenerator) -> TokenChoice | None:
    if data != "utterance":
        forget([UTTERANCE])
    if data != "mosi":
        forget([VIDEO])
    if data != "typed":
        forget([SENTENCE, HOW])
    if data == "pair":
        forget([READER])
        return _choose_pair(place)
    sequences = {
        "utterance": _choose_utterance,
        "mosi": _choose_video,
        "typed": choose_typed,
        "file": choose_files,
    }[data](place)
    if sequences is None:
        forget([READER])
        return None
    return _choose_reader(sequences, place)


def _choose_pair(place: DeltaGenerator) -> TokenChoice | None:
    sample = current_sample()
    pair = None if sample is None else choose_pair(sample)
    if pair is None or pair.card is None:
        return None
    gone = " and ".join(pair.subject.missing_names)
    place.caption(
        f"**{pair.title}**, read by {pair.card.name}."
        f"{f' It has no {gone}.' if gone else ''} Choose both in the sidebar."
    )
    return pair


def _choose_utterance(place: DeltaGenerator) -> SequenceChoice:
    with place:
        seed = choose_number(
            "Utterance (seed)",
            UTTERANCE,
            default=_FIRST_UTTERANCE,
            last=SEEDS["test"][-1],
            width=130,
            hide_label=True,
        )
    return SequenceChoice(
        sample=_utterance(seed),
        key=f"utterance-{seed}",
        title=f"Utterance {seed}",
        named=name_utterance(seed),
    )


def _choose_video(place: DeltaGenerator) -> SequenceChoice:
    videos = _videos()
    names = {name: name for name in videos}
    with place:
        video = choose_name("Video", VIDEO, names, width=150, hide_label=True)
    return SequenceChoice(
        sample=videos[video],
        key=f"mosi-{video}",
        title=f"Video {video}",
        named=name_video(video),
    )


def _choose_reader(sequences: SequenceChoice, place: DeltaGenerator) -> TokenChoice:
    sample = sequences.sample
    cards = {card.name: card for card in readers_of(sample)}
    if not cards and not is_comparable(sample):
        raise InputError(why_nobody_reads(sample))
    titles = {name: f"read by {name}" for name in cards}
    titles[NO_MODEL] = "read without a model"
    with place:
        reader = choose_name("Read by", READER, titles, width=270, hide_label=True)
    is_typed = "typed" in sequences.named
    if not is_typed:
        place.caption(_summary(sample), width=CAPTION_WIDTH)
    card = cards.get(reader)
    sha256 = None if card is None else card.sha256
    key = f"{sha256 or 'no-model'}-{sequences.key}"
    name = SubjectName(
        checkpoint=None if card is None else card.name,
        weights_sha256=sha256,
        sample=sequences.named,
    )
    subject = _subject(key, card, sample)
    if is_typed:
        say_typed(sample, subject)
    return TokenChoice(
        subject=subject, key=key, name=name, title=sequences.title, card=card
    )


def _subject(key: str, card: ModelCard | None, sample: SequenceSample) -> TokenSubject:
    if card is None:
        return _features(key, sample)
    try:
        return read_by(key, kin_of(card), cache.model(card), sample)
    except FusionvizError as error:
        raise InputError(f"AlignMamba: {trouble_with(card, error)}") from error


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
