"""The subject of a page: the chosen sample, as the picked MANGO reads it."""

from dataclasses import dataclass
from typing import Any, Protocol

import streamlit as st

from fusionviz.analysis.shared.mango_subject import MangoSubject
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.choice import Chosen, chosen_room, chosen_sample
from fusionviz.ui.shared.readings import how_to_get, trouble_with
from fusionviz.ui.shared.sidebar import picked_checkpoint


class Shown(Protocol):
    """What an exhibit can be shown of."""

    @property
    def subject(self) -> Any:  # noqa: ANN401 - of the kind that the exhibit reads
        """What the exhibit is made of."""
        ...

    @property
    def key(self) -> str:
        """What names it in caches."""
        ...

    @property
    def name(self) -> SubjectName:
        """What names it in recipes."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Picked:
    """A subject and what names it.

    Attributes:
        subject: Model and sample.
        card: Of the model.
        chosen: The sample, with its title.
    """

    subject: MangoSubject
    card: ModelCard
    chosen: Chosen

    @property
    def key(self) -> str:
        """What names it in caches."""
        state = "unmeasured-" if self.subject.statistics is None else ""
        return f"{self.card.sha256}-{state}{self.chosen.key}"

    @property
    def name(self) -> SubjectName:
        """What names it in recipes."""
        return SubjectName(
            checkpoint=self.card.name,
            weights_sha256=self.card.sha256,
            sample=self.chosen.recipe,
        )


def picked_subject() -> Picked | None:
    """Return the subject of this run; where there is none, say why and what to do."""
    chosen = chosen_sample()
    if chosen is None:
        return None
    card = picked_checkpoint("mango")
    if card is None:
        st.info(f"**MANGO**: {how_to_get('mango')}", icon=":material/info:")
        return None
    try:
        return pick(card, chosen)
    except FusionvizError as error:
        st.error(f"**MANGO**: {trouble_with(card, error)}", icon=":material/error:")
        return None


def pick(card: ModelCard, chosen: Chosen) -> Picked:
    """Return a sample as a checkpoint reads it.

    Raises:
        CheckpointError: It cannot be loaded.
    """
    model, statistics = cache.model(card), cache.statistics(card)
    subject = cache.subject(
        card.sha256,
        chosen.key,
        statistics is not None,
        model,
        chosen.sample,
        statistics,
    )
    return Picked(subject=subject, card=card, chosen=chosen)


def draw_title_line(picked: Picked) -> None:
    """Draw what the page is of, under its question."""
    missing = picked.subject.missing
    guess = "" if missing is None else f" Its {missing} is MANGO's guess."
    st.caption(f"**{picked.chosen.title}**, read by {picked.card.name}.{guess}")


def pick_room(like: Picked, seed: int) -> Picked:
    """Return a room as the model of another subject reads it."""
    return pick(like.card, chosen_room(seed))
