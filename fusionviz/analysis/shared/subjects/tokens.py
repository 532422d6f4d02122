"""What the Transport and Distributions pages are of: tokens of several modalities.

A subject is a sample as an AlignMamba reads it, or sequences without a model whose
features have one width already. Both have tokens of each modality at one or more
*stages* of a pass, and a cost between each source's tokens and the anchor's.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.grid import Grid
from fusionviz.errors import InputError

Stage = Literal["raw", "encoded", "aligned", "fused"]
Kin = Literal["rooms", "nyuv2", "nyudv2", "sentiment", "mosi"]
"""Data sets that have more samples like a subject's."""

STAGE_TITLES: dict[Stage, str] = {
    "raw": "before the encoders",
    "encoded": "before alignment",
    "aligned": "after local alignment",
    "fused": "after the backbone",
}
"""Stages of a pass in their order, and what each is called."""

Floats = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenSide:
    """The tokens of one modality, and what they are called.

    Attributes:
        name: Of the modality.
        labels: Of each token: a word, a frame with its time, a place of the picture.
        features: What the encoder reads, (token, feature): the pixels of a patch, the
            features of a step. None where that is no number, as of ids of words.
        times: When each token starts and ends by the clock of its modality, seconds,
            (token, 2), NaN where unknown; None where there is no clock.
        grid: Rows and columns of the picture that the tokens fill, or None.
    """

    name: str
    labels: tuple[str, ...]
    features: NDArray[np.float32] | None = None
    times: NDArray[np.float32] | None = None
    grid: Grid | None = None

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignmentCase:
    """One source and the anchor: what a transport solver is asked.

    Attributes:
        source: The modality that is sent.
        target: The anchor.
        x: Source tokens as they are compared, (source, channel).
        y: Anchor tokens, (target, channel).
        cost: 1 - cosine of x and y, (source, target), 0..2.
        own_plan: The plan that the subject itself computed, (source, target).
        own_solver: Which one that is: `relaxed`, `sinkhorn`, `exact` or `clock`.
        truth: Where each source token belongs, (source,), -1: nowhere; None where
            nobody knows.
        truth_word: What it means to be there: `its true word`, `its own place`.
        clock: Where each belongs by the clock alone, (source,), -1 where unknown;
            None where there is no clock.
    """

    source: TokenSide
    target: TokenSide
    x: Floats
    y: Floats
    cost: Floats
    own_plan: Floats
    own_solver: str
    truth: NDArray[np.int64] | None = None
    truth_word: str = "its true token"
    clock: NDArray[np.int64] | None = None

    @property
    def title(self) -> str:
        """Names of the source and of the anchor, which it is sent to."""
        return f"{self.source.name} → {self.target.name}"


class TokenSubject(ABC):
    """Tokens of several modalities, computed once and never changed after.

    As with `MangoSubject`, sessions may share it.

    Attributes:
        kin: The data set that has more samples like this one; None where none has.
    """

    kin: Kin | None = None

    @property
    @abstractmethod
    def anchor(self) -> str:
        """The modality that the others are aligned to; it may be missing."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Modalities that are there, in the order in which a moment is interleaved."""

    @property
    @abstractmethod
    def missing_names(self) -> tuple[str, ...]:
        """Modalities that the model has and the sample lacks."""

    @property
    @abstractmethod
    def stages(self) -> tuple[Stage, ...]:
        """Stages that there are tokens of."""

    @property
    def pictures(self) -> Pictures | None:
        """What the tokens of `rgb` and `depth` are places of, or None."""
        return None

    @property
    def sources(self) -> tuple[str, ...]:
        """Modalities that can be aligned; none where the anchor is missing."""
        if self.anchor not in self.names:
            return ()
        return tuple(name for name in self.names if name != self.anchor)

    @abstractmethod
    def side(self, name: str) -> TokenSide:
        """Return the tokens of a modality that is there."""

    @abstractmethod
    def tokens(self, stage: Stage) -> Mapping[str, Floats]:
        """Return tokens (token, channel) of each modality that is there, by name.

        Of one width but at the stage `raw`, which lacks modalities without features.
        At `aligned` and `fused` a source's tokens stand at the anchor's positions.
        """

    @abstractmethod
    def _case(self, source: str) -> AlignmentCase:
        """Return the case of a source that is there."""

    @cached_property
    def _cases(self) -> dict[str, AlignmentCase]:
        return {name: self._case(name) for name in self.sources}

    def case(self, source: str = "") -> AlignmentCase:
        """Return a source and the anchor: always the same record.

        Args:
            source: Name of a modality; empty: the first that is there.

        Raises:
            InputError: There is no such source, or nothing to send it to.
        """
        if not self.sources:
            gone = " and ".join(self.missing_names) or "another modality"
            raise InputError(
                f"A plan goes from one modality to the other, and {gone} is missing: "
                "choose a sample that has both."
            )
        if source and source not in self.sources:
            raise InputError(
                f"what is sent to {self.anchor} is {' or '.join(self.sources)}, got "
                f"{source!r}"
            )
        return self._cases[source or self.sources[0]]
