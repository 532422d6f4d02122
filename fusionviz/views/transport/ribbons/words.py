"""What is said of ribbons and of the tokens that they join."""

from collections.abc import Sequence
from html import escape

import numpy as np

from fusionviz.analysis.shared.subjects.tokens import TokenSide
from fusionviz.analysis.transport.ribbons import ALL_WORDS, Ribbons, Tally
from fusionviz.views.shared.style import three_digits

LONGEST = 60
"""Letters of a token's name in a hover, of a transcript for example."""


def token_word(side: TokenSide) -> str:
    """Return what one token of a source is: a frame, a step or a patch."""
    if side.grid is not None:
        return "patch"
    return "frame" if side.name in ("video", "audio") else "step"


def token_words(side: TokenSide, count: int) -> str:
    """Return a number of a source's tokens in words."""
    word = token_word(side)
    many = {"patch": "patches"}.get(word, f"{word}s")
    return f"{count} {word if count == 1 else many}"


def target_word(ribbons: Ribbons) -> str:
    """Return what one token of the anchor is: a word, a step, a place."""
    return ribbons.case.truth_word.split()[-1]


def say_tally(side: TokenSide, tally: Tally) -> str:
    """Return how many tokens are where they belong, in words."""
    return (
        f"{tally.right} of {token_words(side, tally.counted)} "
        f"({tally.right / tally.counted:.0%})"
    )


def name_token(side: TokenSide, token: int) -> str:
    """Return what a token is called, for a hover."""
    label = side.labels[token]
    short = label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"
    return escape(short)


def hover_ribbons(ribbons: Ribbons) -> list[str]:
    """Return what the hover says of each ribbon."""
    source, target = ribbons.case.source, ribbons.case.target
    share = ribbons.share
    return [
        f"{escape(source.name)} {name_token(source, i)} → "
        f"<b>{name_token(target, j)}</b><br>{share[at]:.1%} of its mass, cost "
        f"{three_digits(float(ribbons.cost[at]))}{_truth(ribbons, i)}"
        for at, (i, j) in enumerate(zip(ribbons.source, ribbons.target, strict=True))
    ]


def hover_sources(ribbons: Ribbons) -> list[str]:
    """Return what the hover says of each source token."""
    source, target = ribbons.case.source, ribbons.case.target
    chosen = ribbons.answer.plan.argmax(axis=1)
    return [
        f"{escape(source.name)} {name_token(source, i)}<br>most of its mass goes to "
        f"<b>{name_token(target, int(j))}</b>{_truth(ribbons, i)}"
        for i, j in enumerate(chosen)
    ]


def hover_targets(plans: Sequence[Ribbons]) -> list[str]:
    """Return what the hover says of each of the anchor's tokens."""
    target = plans[0].case.target
    texts = []
    for j in range(len(target)):
        receives = "<br>".join(
            f"receives {one.answer.received[j]:.1%} of the mass of "
            f"{escape(one.case.source.name)}"
            for one in plans
        )
        texts.append(f"<b>{name_token(target, j)}</b><br>{receives}")
    return texts


def describe_ribbons(plans: Sequence[Ribbons], word: int) -> str:
    """Return in words what `draw_ribbons` shows."""
    parts = []
    for one in plans:
        case, tally = one.case, one.tally
        text = (
            f"{len(one)} ribbon{'' if len(one) == 1 else 's'} from "
            f"{token_words(case.source, len(case.source))} of {case.source.name} to "
            f"{len(case.target)} of {case.target.name}"
        )
        if tally is not None:
            text += f", {say_tally(case.source, tally)} at {case.truth_word}"
        parts.append(text)
    said = "; ".join(parts)
    if word != ALL_WORDS:
        said += f"; those of {plans[0].case.target.labels[word]} stand out"
    return said + "."


def _truth(ribbons: Ribbons, token: int) -> str:
    case = ribbons.case
    if case.truth is None:
        return ""
    place = int(case.truth[token])
    if place < 0:
        return f"<br>it has no true {target_word(ribbons)}"
    return f"<br>{case.truth_word}: {name_token(case.target, place)}"


def grouped(truth: np.ndarray) -> list[tuple[int, int, int]]:
    """Return runs of equal values as (first, last, value)."""
    starts = np.flatnonzero(np.diff(truth, prepend=truth[0] - 1))
    ends = np.append(starts[1:], len(truth)) - 1
    return [(int(a), int(b), int(truth[a])) for a, b in zip(starts, ends, strict=True)]
