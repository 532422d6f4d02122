"""Tokens that the reader picked, and where they are at each stage.

A pick is a token of a modality before alignment: a patch of its picture, a step of its
sequence. Afterwards a source's tokens stand at the anchor's positions, and a pick is
where the plan sends most of its mass.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.stage_tokens import is_moved
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.tokens import (
    AlignmentCase,
    Stage,
    TokenSide,
    TokenSubject,
)

Runs = tuple[tuple[str, int, int], ...]
"""Tokens in a row: name of the modality, first, last."""

Point = tuple[str, int, bool]
"""A point of a chart: modality, token, whether it was moved to the anchor."""

_BETWEEN, _RUN, _NEXT = "~", "-", "."
_NONE = np.zeros(0, np.int64)


def check_runs(runs: Runs) -> None:
    """Refuse what is no run of a modality's tokens.

    Raises:
        ValueError: One is not (name, first, last) with 0 <= first <= last.
    """
    for run in runs:
        is_run = (
            isinstance(run, tuple)
            and len(run) == 3
            and isinstance(run[0], str)
            and all(isinstance(end, int) for end in run[1:])
            and 0 <= run[1] <= run[2]
        )
        if not is_run:
            raise ValueError(
                f"picked tokens are (modality, first, last), got {run!r}: take them "
                "from the chart"
            )


def runs_of(tokens: Iterable[tuple[str, int]]) -> Runs:
    """Return tokens as runs, by modality and in order."""
    by_name: dict[str, set[int]] = {}
    for name, token in tokens:
        by_name.setdefault(name, set()).add(token)
    runs: list[tuple[str, int, int]] = []
    for name in sorted(by_name):
        for token in sorted(by_name[name]):
            if runs and runs[-1][0] == name and runs[-1][2] == token - 1:
                runs[-1] = (name, runs[-1][1], token)
            else:
                runs.append((name, token, token))
    return tuple(runs)


def write_runs(runs: Runs) -> str:
    """Return runs as text for an address: `depth~3-7.12~rgb~5`."""
    by_name: dict[str, list[str]] = {}
    for name, first, last in runs:
        text = str(first) if first == last else f"{first}{_RUN}{last}"
        by_name.setdefault(name, []).append(text)
    return _BETWEEN.join(f"{n}{_BETWEEN}{_NEXT.join(t)}" for n, t in by_name.items())


def read_runs(text: str, names: Sequence[str]) -> Runs:
    """Return the runs in an address's text, without what is no run.

    Args:
        text: As `write_runs` writes it.
        names: Modalities that there are.
    """
    parts = text.split(_BETWEEN)
    runs = []
    for name, told in zip(parts[::2], parts[1::2], strict=False):
        for one in told.split(_NEXT):
            first, _, last = one.partition(_RUN)
            ends = [first, last or first]
            if name in names and all(end.isdecimal() for end in ends):
                low, high = map(int, ends)
                runs += [(name, low, high)] if low <= high else []
    return tuple(runs)


def picked_tokens(subject: TokenSubject, runs: Runs) -> dict[str, NDArray[np.bool_]]:
    """Return which tokens of each modality are picked; runs that fit nothing are not.

    Returns:
        By name, (token,), of modalities of which any is.
    """
    picked = {}
    for name in subject.names:
        mask = np.zeros(len(subject.side(name)), bool)
        for one, first, last in runs:
            if one == name:
                mask[first : last + 1] = True
        if mask.any():
            picked[name] = mask
    return picked


def sent_to(case: AlignmentCase) -> NDArray[np.int64]:
    """Return where each source token sends most of its mass, -1: it has none."""
    plan = case.own_plan
    return np.where(plan.sum(axis=1) > 0, plan.argmax(axis=1), -1)


def picked_at(
    subject: TokenSubject, stage: Stage, picked: Mapping[str, NDArray[np.bool_]]
) -> dict[str, NDArray[np.bool_]]:
    """Return which tokens of a stage are picked.

    Args:
        subject: What they are of.
        stage: At which stage.
        picked: From `picked_tokens`.

    Returns:
        By name, (token,): of a source after alignment (anchor's position,). Nothing
        of a source that is not sent anywhere, because the anchor is missing.
    """
    found = {}
    for name, mask in picked.items():
        if not is_moved(subject, stage, name):
            found[name] = mask
        elif name in subject.sources:
            case = subject.case(name)
            goals = sent_to(case)[mask]
            found[name] = np.zeros(len(case.target), bool)
            found[name][goals[goals >= 0]] = True
    return found


def trace_back(subject: TokenSubject, points: Iterable[Point]) -> list[tuple[str, int]]:
    """Return the tokens that points of a chart stand for.

    A point that was moved stands for the source tokens that are sent to its position,
    and where it is no token's first choice, for the one that it has most mass of;
    where it received nothing, for none.
    """
    tokens: list[tuple[str, int]] = []
    for name, token, moved in points:
        if not moved:
            tokens.append((name, token))
        elif name in subject.sources and token < len(subject.side(subject.anchor)):
            case = subject.case(name)
            (from_here,) = np.nonzero(sent_to(case) == token)
            share = case.own_plan[:, token]
            if not from_here.size and share.any():
                from_here = np.array([share.argmax()])
            tokens += [(name, one) for one in from_here.tolist()]
    return tokens


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """What was picked, where it came from and where it is sent.

    Attributes:
        sides: Modalities that are there, the anchor last.
        anchor: The modality that others are aligned to; it may be missing.
        picked: By modality of which any token is picked, (token,).
        sent: By source of which any is, the picked tokens and the anchor's tokens
            that each sends most of its mass to, (pair, 2).
        pictures: What the tokens are places of, or None.
    """

    sides: tuple[TokenSide, ...]
    anchor: str
    picked: dict[str, NDArray[np.bool_]]
    sent: dict[str, NDArray[np.int64]]
    pictures: Pictures | None

    @property
    def counts(self) -> dict[str, int]:
        """How many tokens of each modality are picked, of those of which any is."""
        return {name: int(mask.sum()) for name, mask in self.picked.items()}

    def goals(self, source: str) -> NDArray[np.int64]:
        """Return the anchor's tokens that a source's picked ones are sent to."""
        return np.unique(self.sent[source][:, 1]) if source in self.sent else _NONE


def select(subject: TokenSubject, runs: Runs) -> Selection:
    """Return the tokens of a subject that are picked, and where they are sent."""
    picked = picked_tokens(subject, runs)
    sent = {}
    for name in subject.sources:
        if name in picked:
            goals = sent_to(subject.case(name))
            (tokens,) = np.nonzero(picked[name] & (goals >= 0))
            sent[name] = np.stack([tokens, goals[tokens]], axis=1)
    return Selection(
        sides=tuple(subject.side(name) for name in subject.names),
        anchor=subject.anchor,
        picked=picked,
        sent=sent,
        pictures=subject.pictures,
    )
