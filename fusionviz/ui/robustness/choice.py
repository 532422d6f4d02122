"""What the Robustness page is of: a sample, and all models that read it."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.analysis.robustness.failures import FailureSubject, Sample
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.records import RGBDSample
from fusionviz.errors import FusionvizError
from fusionviz.explain.robustness import (
    QUICK_WAYS,
    fellows_of,
    make_failure_subject,
    name_models,
)
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.checkpoints import TITLES, picked_checkpoint, trouble_with
from fusionviz.ui.shared.data.choice import choose_tokens
from fusionviz.ui.shared.notices import nothing_yet, say_error
from fusionviz.ui.shared.subjects import SubjectChoice, TokenChoice


@dataclass(frozen=True, kw_only=True, eq=False)
class FailureChoice(SubjectChoice[FailureSubject]):
    """A sample and all models that read it.

    Attributes:
        title: What the sample is called on the page.
        cards: Of the models.
        data: Name of the data set that the AlignMamba was measured on; empty if
            unknown.
    """

    title: str
    cards: tuple[ModelCard, ...]
    data: str

    @property
    def sets(self) -> tuple[str, ...]:
        """Data sets that any of the models was measured on, the AlignMamba's first."""
        known = (card.recipe.get("data", {}).get("set", "") for card in self.cards)
        return tuple(dict.fromkeys(one for one in (self.data, *known) if one))


def choose_failing() -> FailureChoice | None:
    """Draw the choice of data, and return what is chosen with all models that fit.

    Where there is none, say why and what to do.
    """
    tokens = choose_tokens()
    if tokens is None:
        return None
    read = tokens.read_by_model
    if read is None or read.card is None:
        nothing_yet(
            "Without a model there is nothing that could be lost: choose a checkpoint "
            "under “Read by”."
        )
        return None
    try:
        return _with_models(read)
    except FusionvizError as error:
        say_error(str(error))
        return None


def _with_models(read: TokenChoice[AlignMambaSubject]) -> FailureChoice:
    card, sample = read.card, read.subject.sample
    assert card is not None  # noqa: S101 - for the type checker
    cards = [card, *fellows_of(card, sample)]
    if isinstance(sample, RGBDSample):
        mango = picked_checkpoint("mango")
        cards += [] if mango is None else [mango]
    models, kept = [], []
    for one in cards:
        try:
            models.append(cache.model(one))
        except FusionvizError as error:
            if one is card:
                raise
            say_error(
                f"**{TITLES.get(one.kind, one.kind)}**: {trouble_with(one, error)}"
            )
            continue
        kept.append(one)
    prints = "-".join(one.sha256[:16] for one in kept)
    key = f"failures-{prints}-{read.key}"
    kin = str(read.subject.kin or "")
    return FailureChoice(
        subject=_subject(key, kin, models, sample),
        key=key,
        name=name_models(kept, dict(read.name.sample)),
        title=read.title,
        cards=tuple(kept),
        data=kin,
    )


@st.cache_resource(max_entries=6, show_spinner=False)
def _subject(
    key: str,
    kin: str,
    _models: list[Any],
    _sample: Sample,
) -> FailureSubject:
    return make_failure_subject(_models, _sample, kin, QUICK_WAYS)
