"""What both models say of the sample that is chosen."""

from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from fusionviz.analysis.inputs.alignmamba_reading import AlignMambaReading
from fusionviz.analysis.inputs.mango_reading import MangoReading
from fusionviz.analysis.shared.attention import LayerAttention
from fusionviz.errors import FusionvizError
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.choice import Chosen
from fusionviz.ui.shared.sidebar import TITLES, picked_checkpoint


@dataclass(frozen=True, kw_only=True, eq=False)
class Readings:
    """Both models' readings of one sample; None, with a sentence, where there is none.

    Attributes:
        chosen: The sample.
        mango: What MANGO says.
        alignmamba: What AlignMamba says.
        troubles: Why a model says nothing, and what to do, by its kind.
    """

    chosen: Chosen
    mango: MangoReading | None = None
    alignmamba: AlignMambaReading | None = None
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Time that the models took."""
        taken = [r.milliseconds for r in (self.mango, self.alignmamba) if r is not None]
        return sum(sum(steps.values()) for steps in taken) / 1000

    @property
    def milliseconds(self) -> dict[str, dict[str, float]]:
        """Milliseconds of each step, by who took them."""
        steps = {"reading": self.chosen.milliseconds}
        if self.mango is not None:
            steps["MANGO"] = self.mango.milliseconds
        if self.alignmamba is not None:
            steps["AlignMamba"] = self.alignmamba.milliseconds
        return steps

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
    return Readings(chosen=chosen, troubles=troubles, **said)


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
