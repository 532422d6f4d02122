"""What a batch is: its pairs, what is made of each, and where it is kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import KINDS
from fusionviz.exhibits.shared.exhibit import ExhibitKind
from fusionviz.explain.batch.sources import PairChoice, Pairs
from fusionviz.explain.files import versions
from fusionviz.explain.readers import READS, pick_readers
from fusionviz.models.checkpoints import read_card
from fusionviz.whole_files import replace_file

FILE_NAME = "batch.json"
SHARDS = "shards"
FIGURES = "figures"

USUAL = ("inputs-segmentation", "inputs-likelihood", "inputs-correspondences")
"""Exhibits that are made of each pair where none are named: one pass of each model."""


@dataclass(frozen=True, kw_only=True)
class BatchPlan:
    """What a batch is, all that its rows depend on.

    Attributes:
        choice: Says which pairs.
        count: How many there are.
        fingerprint: Of their names.
        exhibits: What is made of each.
        mango: Name of the MANGO that reads them.
        alignmamba: Name of the AlignMamba, None without one.
        weights_sha256: Of both, by name.
        shard: Pairs a shard.
        arrays: Whether arrays are kept.
        figures: Whether figures are written.
        versions: Of fusionviz and torch.
    """

    choice: PairChoice
    count: int
    fingerprint: str
    exhibits: tuple[str, ...]
    mango: str
    alignmamba: str | None
    weights_sha256: Mapping[str, str]
    shard: int = 32
    arrays: bool = True
    figures: bool = False
    versions: Mapping[str, str] = field(default_factory=versions)

    def __post_init__(self) -> None:
        """Refuse shards of nothing."""
        if self.shard < 1:
            raise InputError(f"a shard has at least one pair, got {self.shard}")

    @property
    def shards(self) -> range:
        """Numbers of the shards."""
        return range(-(-self.count // self.shard))

    def pairs_of(self, shard: int) -> range:
        """Return the numbers of a shard's pairs."""
        first = shard * self.shard
        return range(first, min(first + self.shard, self.count))

    @property
    def kinds(self) -> list[ExhibitKind[Any, Any]]:
        """Kinds of exhibits that are made of each pair."""
        return [kind for kind in KINDS if kind.name in self.exhibits]

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "BatchPlan":
        """Return the plan that a JSON text holds.

        Raises:
            InputError: It is none.
        """
        try:
            table = json.loads(text)
            choice = PairChoice(**table.pop("choice"))
            exhibits = tuple(table.pop("exhibits"))
            return cls(choice=choice, exhibits=exhibits, **table)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"this is no plan of a batch: {error}") from error


def make_plan(
    choice: PairChoice,
    pairs: Pairs,
    *,
    only: Sequence[str] = (),
    everything: bool = False,
    mango: str | None = None,
    alignmamba: str | None = None,
    shard: int = 32,
    arrays: bool = True,
    figures: bool = False,
    tell: Callable[[str], None] = print,
) -> BatchPlan:
    """Return the plan of a batch.

    Args:
        choice: Says which pairs.
        pairs: Those that it says.
        only: Names of exhibits; `USUAL` if there are none.
        everything: Whether to make all of them.
        mango: As `pick_readers` takes it.
        alignmamba: Likewise.
        shard: As `BatchPlan` has it.
        arrays: Likewise.
        figures: Likewise.
        tell: Told where an AlignMamba is gone without.

    Raises:
        InputError: There are no pairs, or no such exhibits of pairs.
        CheckpointError: A model is not there.
    """
    names = pairs.names
    if not names:
        raise InputError("there are no pairs to read")
    known = [kind.name for kind in KINDS if kind.reads in READS]
    if unknown := [name for name in only if name not in known]:
        raise InputError(
            f"there is no {' and no '.join(unknown)} of pairs; there are: "
            f"{', '.join(known)}"
        )
    first, beside = pick_readers(mango, alignmamba, is_room=choice.is_room, tell=tell)
    readers = [first] if beside is None else [first, beside]
    wanted = known if everything else only or USUAL
    return BatchPlan(
        choice=choice,
        count=len(names),
        fingerprint=pairs.fingerprint,
        exhibits=tuple(name for name in known if name in wanted),
        mango=first,
        alignmamba=beside,
        weights_sha256={name: read_card(name).sha256 for name in readers},
        shard=shard,
        arrays=arrays,
        figures=figures,
    )


class BatchFolder:
    """The folder of a batch: its plan, its shards and, at the end, its numbers.

    Args:
        path: Of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def shard_file(self, number: int) -> Path:
        """Return the file of a shard, which is there in full or not at all."""
        return self.path / SHARDS / f"{number:06d}.parquet"

    @property
    def figures(self) -> Path:
        """Folder of the figures."""
        return self.path / FIGURES

    def begin(self, plan: BatchPlan) -> list[int]:
        """Make the folder ready, and return the shards that are to be made.

        Raises:
            InputError: It has another batch.
        """
        file = self.path / FILE_NAME
        if file.is_file():
            _require_same(self.plan(), plan, self.path)
        else:
            self.path.mkdir(parents=True, exist_ok=True)
            replace_file(file, plan.to_json().encode())
        (self.path / SHARDS).mkdir(exist_ok=True)
        return [one for one in plan.shards if not self.shard_file(one).is_file()]

    def plan(self) -> BatchPlan:
        """Return the plan that is kept here.

        Raises:
            InputError: There is none.
        """
        file = self.path / FILE_NAME
        try:
            return BatchPlan.from_json(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{self.path} holds no batch: {error}") from error


def _require_same(kept: BatchPlan, plan: BatchPlan, path: Path) -> None:
    """Refuse to go on with another batch than the one that was begun."""
    before, now = json.loads(kept.to_json()), json.loads(plan.to_json())
    differing = [name for name in now if before[name] != now[name]]
    if differing:
        raise InputError(
            f"{path} has a batch with another {' and '.join(differing)}; give another "
            "folder, or the same command to go on"
        )
