"""The models that read pairs: loaded once, asked of as many pairs as there are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from fusionviz.analysis.inputs.pair_subject import read_pair
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import side_for
from fusionviz.errors import CheckpointError
from fusionviz.exhibits.kinds import KINDS
from fusionviz.exhibits.shared.exhibit import ExhibitKind, Reads, SubjectName
from fusionviz.explain.pairs import (
    first_checkpoint,
    load_alignmamba,
    load_mango,
    name_room,
    read_room,
    statistics_of,
)
from fusionviz.explain.tokens import kin_of
from fusionviz.explain.writing import FigureRequest, Tell, default_recipe
from fusionviz.models.alignmamba import AlignMamba
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import read_card

Kinds = Sequence[ExhibitKind[Any, Any]]

OF_ALIGNMAMBA: tuple[Reads, ...] = ("alignmamba", "tokens")
READS: tuple[Reads, ...] = ("pair", "mango", *OF_ALIGNMAMBA)
"""Kinds of subject that one pair and the models that read it make up."""


class PairReaders:
    """A MANGO and an AlignMamba that read pairs, and what is shown of each pair.

    Args:
        mango: Name of a MANGO that names classes.
        alignmamba: Name of an AlignMamba on RGB and depth; None to go without.
        other_room: Seed of the room that exhibits of two subjects compare with.
        device: As `load_checkpoint` takes it.

    Raises:
        InputError: One is of another kind.
        CheckpointError: One cannot be loaded.
    """

    def __init__(
        self,
        mango: str,
        alignmamba: str | None,
        *,
        other_room: int = 2,
        device: str = "auto",
    ) -> None:
        self.mango, card = load_mango(mango, device)
        self.name = _name_of(mango, card)
        self.statistics = statistics_of(mango)
        self.other_room = other_room
        self.alignmamba: AlignMamba | None = None
        if alignmamba is not None:
            self.alignmamba, card = load_alignmamba(alignmamba, device)
            self.name_beside, self.kin = _name_of(alignmamba, card), kin_of(card)

    def requests(
        self, sample: RGBDSample, named: Mapping[str, Any], kinds: Kinds = KINDS
    ) -> list[FigureRequest]:
        """Return what is to be made of a pair, those of Inputs first.

        Args:
            sample: RGB, depth or both.
            named: What names it in a recipe.
            kinds: Of exhibits; those that no subject of a pair has are left out.
        """
        return [
            *self._of_pair(sample, named, _reading(kinds, "pair")),
            *self._of_mango(sample, named, _reading(kinds, "mango")),
            *self._of_alignmamba(sample, named, _reading(kinds, *OF_ALIGNMAMBA)),
        ]

    def _of_pair(
        self, sample: RGBDSample, named: Mapping[str, Any], kinds: Kinds
    ) -> list[FigureRequest]:
        if not kinds:
            return []
        pair = read_pair(sample, self.mango, self.alignmamba)
        name = replace(self.name, sample=named)
        if self.alignmamba is not None:
            one = self.name_beside
            name = replace(name, beside={str(one.checkpoint): str(one.weights_sha256)})
        return requests_of(pair, name, kinds)

    def _of_mango(
        self, sample: RGBDSample, named: Mapping[str, Any], kinds: Kinds
    ) -> list[FigureRequest]:
        subject = MangoSubject(self.mango, sample, self.statistics)
        name = replace(self.name, sample=named)
        other_name = replace(self.name, sample=self._named_other)
        return [
            FigureRequest(
                recipe=default_recipe(
                    kind, name, other_name if kind.needs_other else None
                ),
                subject=subject,
                other=self._other if kind.needs_other else None,
            )
            for kind in kinds
        ]

    def _of_alignmamba(
        self, sample: RGBDSample, named: Mapping[str, Any], kinds: Kinds
    ) -> list[FigureRequest]:
        if self.alignmamba is None:
            return []
        name = replace(self.name_beside, sample=named)
        subject = AlignMambaSubject(self.alignmamba, sample, self.kin)
        return requests_of(subject, name, kinds)

    @cached_property
    def _other(self) -> MangoSubject:
        return MangoSubject(self.mango, read_room(self._named_other), self.statistics)

    @property
    def _named_other(self) -> dict[str, Any]:
        return name_room(self.other_room, side_for(self.mango.config.image_size))


def pick_readers(
    mango: str | None, alignmamba: str | None, *, is_room: bool, tell: Tell
) -> tuple[str, str | None]:
    """Return the names of the MANGO and the AlignMamba that read such pairs.

    Args:
        mango: Name of a MANGO; None: the one for such pairs.
        alignmamba: Name of an AlignMamba; None: likewise, where it is there.
        is_room: Whether pairs are generated.
        tell: Told where an AlignMamba is gone without.

    Raises:
        CheckpointError: One that was named is not there.
    """
    first = mango or first_checkpoint("mango", is_room=is_room)
    beside = alignmamba or first_checkpoint("alignmamba", is_room=is_room)
    try:
        read_card(beside)
    except CheckpointError as error:
        if alignmamba is not None:
            raise
        tell(f"without AlignMamba's figures: {error}")
        return first, None
    return first, beside


def requests_of(
    subject: Any,  # noqa: ANN401 - of what the kinds read
    name: SubjectName,
    kinds: Kinds,
) -> list[FigureRequest]:
    """Return one request for each kind, all of one subject."""
    return [
        FigureRequest(recipe=default_recipe(kind, name), subject=subject)
        for kind in kinds
    ]


def _name_of(checkpoint: str, card: ModelCard) -> SubjectName:
    """Return what names a checkpoint, without a sample."""
    return SubjectName(checkpoint=checkpoint, weights_sha256=card.sha256, sample={})


def _reading(kinds: Kinds, *reads: Reads) -> Kinds:
    return [kind for kind in kinds if kind.reads in reads]
