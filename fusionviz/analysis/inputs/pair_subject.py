"""One pair, and what both models say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fusionviz.analysis.inputs.alignmamba_reading import (
    AlignMambaReading,
    measure_alignmamba,
)
from fusionviz.analysis.inputs.mango_reading import MangoReading, measure_mango
from fusionviz.analysis.shared.familiarity import Features, features_of
from fusionviz.analysis.shared.limits import Certainty, Limits, Nearness, known_limits
from fusionviz.data.records import RGBDSample
from fusionviz.models.alignmamba import AlignMamba
from fusionviz.models.cards import ModelCard
from fusionviz.models.mango import Mango
from fusionviz.models.modalities import as_size, sides, window_read

MANGO, ALIGNMAMBA = "MANGO", "AlignMamba"


@dataclass(frozen=True, kw_only=True, eq=False)
class PairSubject:
    """A pair, and what the models say of it.

    Attributes:
        sample: RGB, depth or both.
        cards: Of the models that are to read it, by `MANGO` and `ALIGNMAMBA`.
        mango: What MANGO says; None where it says nothing.
        alignmamba: What AlignMamba says, likewise.
        milliseconds: Of each step, by who took them.
        passes: Of how many passes these are the median; 1: of the first.
        limits: How far the checkpoints' labels can be trusted, of those of which it was
            measured, by the models' titles.
        features: Of the pair as each of these models reads it, as limits compare them,
            by title and modality.
    """

    sample: RGBDSample
    cards: Mapping[str, ModelCard] = field(default_factory=dict)
    mango: MangoReading | None = None
    alignmamba: AlignMambaReading | None = None
    milliseconds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    passes: int = 1
    limits: Mapping[str, Limits] = field(default_factory=dict)
    features: Mapping[str, Mapping[str, Features]] = field(default_factory=dict)

    @property
    def windows(self) -> dict[str, tuple[int, int, int, int]]:
        """What each model reads of the picture: top, left, height, width in pixels."""
        return {
            title: window_read(self.sample.size, as_size(card.config["image_size"]))
            for title, card in self.cards.items()
            if "image_size" in card.config
        }

    @property
    def certainties(self) -> dict[str, Certainty]:
        """How often labels are right where a model is sure and where not, by model."""
        return {title: one.certainty for title, one in self.limits.items()}

    def nearness(self, title: str) -> Nearness | None:
        """Return how many held-out samples lie nearer to a model's training samples.

        None where that was not measured of its checkpoint.

        Args:
            title: `MANGO` or `ALIGNMAMBA`.
        """
        if title not in self.limits:
            return None
        bits = None
        if title == MANGO and self.mango is not None and self.mango.missing is None:
            bits = self.mango.likelihood.bits_per_dim
        return self.limits[title].nearness(self.features[title], bits)

    @property
    def readings(self) -> dict[str, MangoReading | AlignMambaReading]:
        """What there is of the two, by `MANGO` and `ALIGNMAMBA`."""
        both = {MANGO: self.mango, ALIGNMAMBA: self.alignmamba}
        return {title: one for title, one in both.items() if one is not None}


def longest_side(card: ModelCard) -> int | None:
    """Return the pixels of the longer side of what a checkpoint reads, if it says."""
    size = card.config.get("image_size")
    return None if size is None else max(sides(as_size(size)))


def read_pair(
    sample: RGBDSample, mango: Mango | None, alignmamba: AlignMamba | None
) -> PairSubject:
    """Return a pair as models read it, one after the other.

    Args:
        sample: RGB, depth or both.
        mango: None to go without.
        alignmamba: Likewise.
    """
    by_mango = None if mango is None else measure_mango(mango, sample)
    by_mamba = None if alignmamba is None else measure_alignmamba(alignmamba, sample)
    subject = PairSubject(sample=sample, mango=by_mango, alignmamba=by_mamba)
    models = {MANGO: mango, ALIGNMAMBA: alignmamba}
    cards = {title: getattr(model, "card", None) for title, model in models.items()}
    known = {title: card for title, card in cards.items() if card is not None}
    limits = {title: known_limits(card) for title, card in known.items()}
    measured = {title: one for title, one in limits.items() if one is not None}
    return PairSubject(
        sample=sample,
        cards=known,
        mango=by_mango,
        alignmamba=by_mamba,
        milliseconds={t: one.milliseconds for t, one in subject.readings.items()},
        limits=measured,
        features={
            title: features_of(sample, longest_side(known[title])) for title in measured
        },
    )
