"""The subject of a page: what its exhibits are of, and what names it."""

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import streamlit as st

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.pairs import room_side
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.checkpoints import how_to_get, picked_checkpoint, trouble_with
from fusionviz.ui.shared.notices import say_error
from fusionviz.ui.shared.sample.choice import SampleChoice, current_sample, room_sample
from fusionviz.views.shared.style import MODALITY_NAMES

S_co = TypeVar("S_co", covariant=True)
T_co = TypeVar("T_co", bound=TokenSubject, covariant=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class SubjectChoice(Generic[S_co]):
    """A subject, and what names it.

    Attributes:
        subject: What exhibits are of.
        key: What names it in caches.
        name: What names it in recipes.
    """

    subject: S_co
    key: str
    name: SubjectName


@dataclass(frozen=True, kw_only=True, eq=False)
class MangoChoice(SubjectChoice[MangoSubject]):
    """The chosen sample as a MANGO reads it.

    Attributes:
        card: Of the model.
        sample: What it reads, with its title.
    """

    card: ModelCard
    sample: SampleChoice


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenChoice(SubjectChoice[T_co]):
    """Tokens of several modalities.

    Attributes:
        title: What the sample is called on the page.
        card: Of the model that read it; None where there is none.
    """

    title: str
    card: ModelCard | None

    @property
    def read_by_model(self) -> "TokenChoice[AlignMambaSubject] | None":
        """The same where a model has read it, else None."""
        if not isinstance(self.subject, AlignMambaSubject):
            return None
        return cast("TokenChoice[AlignMambaSubject]", self)


def current_subject() -> MangoChoice | None:
    """Return the subject of this run; where there is none, say why and what to do."""
    sample = current_sample()
    if sample is None:
        return None
    card = picked_checkpoint("mango")
    if card is None:
        st.info(f"**MANGO**: {how_to_get('mango')}", icon=":material/info:")
        return None
    try:
        return read_by_mango(card, sample)
    except FusionvizError as error:
        say_error(f"**MANGO**: {trouble_with(card, error)}")
        return None


def read_by_mango(card: ModelCard, sample: SampleChoice) -> MangoChoice:
    """Return a sample as a checkpoint reads it.

    Raises:
        CheckpointError: It cannot be loaded.
    """
    model, statistics = cache.model(card), cache.statistics(card)
    is_measured = statistics is not None
    subject = cache.subject(model, sample.key, sample.rgbd, statistics)
    return MangoChoice(
        subject=subject,
        key=f"{card.sha256}-{'' if is_measured else 'unmeasured-'}{sample.key}",
        name=SubjectName(
            checkpoint=card.name, weights_sha256=card.sha256, sample=sample.named
        ),
        card=card,
        sample=sample,
    )


def read_room(like: MangoChoice, seed: int) -> MangoChoice:
    """Return a room as the model of another subject reads it.

    Raises:
        CheckpointError: It cannot be loaded.
    """
    return read_by_mango(like.card, room_sample(seed, room_side(like.card)))


def draw_title_line(choice: MangoChoice) -> None:
    """Draw what the page is of, under its question."""
    missing = choice.subject.missing
    guess = ""
    if missing is not None:
        guess = f" Its {MODALITY_NAMES.get(missing, missing)} is MANGO's guess."
    st.caption(f"**{choice.sample.title}**, read by {choice.card.name}.{guess}")
