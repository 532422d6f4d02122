"""What both models say of the sample that is chosen."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from textwrap import shorten
from typing import Any

import streamlit as st

from fusionviz.analysis.inputs.alignmamba_reading import AlignMambaReading
from fusionviz.analysis.inputs.mango_reading import MangoReading
from fusionviz.analysis.shared.attention import LayerAttention
from fusionviz.errors import FusionvizError
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.choice import Chosen
from fusionviz.ui.shared.sidebar import TITLES, picked_checkpoint

PASSES = 3
"""That a model is timed over."""

_AGAIN = "_timed_again"


@dataclass(frozen=True, kw_only=True, eq=False)
class Readings:
    """Both models' readings of one sample; None, with a sentence, where there is none.

    Attributes:
        chosen: The sample.
        mango: What MANGO says.
        alignmamba: What AlignMamba says.
        troubles: Why a model says nothing, and what to do, by its kind.
        again: Milliseconds of each step when the models were timed once more, by their
            kind; empty where they were not.
    """

    chosen: Chosen
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
        return {"reading": self.chosen.milliseconds, **named}

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
        chosen = self.chosen
        return cache.attention(
            card.sha256, chosen.key, layer, cache.model(card), chosen.sample
        )


def measure(chosen: Chosen) -> Readings:
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
            said[kind] = cache.reading(
                kind, card.sha256, chosen.key, model, chosen.sample
            )
        except FusionvizError as error:
            troubles[kind] = trouble_with(card, error)
    again = st.session_state.get(_AGAIN, {}).get(_names(chosen), {})
    return Readings(chosen=chosen, troubles=troubles, again=again, **said)


def time_again(chosen: Chosen) -> None:
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
            again[kind] = _median(
                [cache.time_pass(kind, model, chosen.sample) for _ in range(PASSES)]
            )
    st.session_state[_AGAIN] = {_names(chosen): again}


def _median(passes: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: median(one[name] for one in passes) for name in passes[0]}


def _names(chosen: Chosen) -> tuple[str, ...]:
    """Return what names a sample and the checkpoints that read it."""
    cards = [picked_checkpoint(kind) for kind in TITLES]
    return (chosen.key, *("" if card is None else card.sha256 for card in cards))


def how_to_get(kind: str) -> str:
    """Return what to do where there is no checkpoint of a kind."""
    return (
        f"there is no checkpoint yet. Train one with `python -m fusionviz train "
        f"{kind}-rooms`, then reload this page."
    )


def trouble_with(card: ModelCard, error: Exception) -> str:
    """Return a load error as one sentence with its cure."""
    cure = f"Pick another {TITLES[card.kind]} checkpoint, or train it again."
    reason = shorten(str(error).split(": Error(s)")[0].rstrip("."), 240)
    return f"{reason}. {cure}"
