"""Where ribbons and rows of tokens stand, and what outlines ribbons have."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.time_axis import TimeAxis
from fusionviz.analysis.transport.ribbons import Ribbons

Spans = NDArray[np.float64]
"""Start and end of each, (one, 2), on the axis."""

STEPS = 17
"""Points of each flank of a ribbon."""

FILL = 0.92
"""Share of a token's span that its ribbons may fill."""

CROWDED = 0.5
"""Ribbons are not made narrower than this share of what half of the tokens allow, for
the sake of a few that are short or have much mass: there they stand out instead."""

Band = tuple[float, float]
"""Lower and upper edge."""

STRIP, TOKENS, WORDS, WHOLE = 8.0, 5.0, 17.0, 100.0
"""Heights of the rows of true words, of source tokens, of the anchor's; and of all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ends:
    """Both ends of ribbons on the axis.

    Attributes:
        source: Left and right edge at the source tokens, (ribbon, 2).
        target: Left and right edge at the target tokens, (ribbon, 2).
    """

    source: Spans
    target: Spans

    def outlines(self, y_source: float, y_target: float) -> tuple[NDArray, NDArray]:
        """Return x and y of the outlines between two heights, (ribbon, point).

        The flanks follow 3t² - 2t³, so they leave and arrive upright; the last point
        is NaN, so that outlines can be put in one row.
        """
        t = np.linspace(0, 1, STEPS)
        bend = t * t * (3 - 2 * t)
        left, right = (
            self.source[:, side, None]
            + bend * (self.target - self.source)[:, side, None]
            for side in (0, 1)
        )
        end = np.full((len(left), 1), np.nan)
        x = np.concatenate([left, right[:, ::-1], left[:, :1], end], axis=1)
        down = y_source + t * (y_target - y_source)
        y = np.concatenate([down, down[::-1], down[:1], [np.nan]])
        return x, np.broadcast_to(y, x.shape)

    def middles(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return x of the middle lines at shares of the way, (ribbon, share)."""
        bend = at * at * (3 - 2 * at)
        start, end = self.source.mean(axis=1), self.target.mean(axis=1)
        return start[:, None] + bend * (end - start)[:, None]


def width_of_mass(plans: Sequence[tuple[Ribbons, Spans]], targets: Spans) -> float:
    """Return the width of the mass 1 on the axis, one for all plans.

    As wide as the tokens' own spans allow.

    Args:
        plans: Ribbons, and the spans of their source tokens.
        targets: Spans of the target tokens.
    """
    rooms = []
    for ribbons, spans in plans:
        rooms.append(_room(spans, ribbons.answer.sent))
        rooms.append(_room(targets, ribbons.answer.received))
    return FILL * min(rooms)


def lay_out(ribbons: Ribbons, sources: Spans, targets: Spans, width: float) -> Ends:
    """Return both ends: side by side on each token, in the order of the other side.

    Args:
        ribbons: By source token and then by target.
        sources: Spans of the source tokens.
        targets: Spans of the target tokens.
        width: Of the mass 1.
    """
    at_target = np.lexsort((ribbons.source, ribbons.target))
    target = np.empty((len(ribbons), 2))
    target[at_target] = _pack(
        ribbons.target[at_target], width * ribbons.mass[at_target], targets
    )
    source = _pack(ribbons.source, width * ribbons.mass, sources)
    return Ends(source=source, target=target)


def _pack(token: NDArray[np.int64], width: NDArray[np.float64], spans: Spans) -> Spans:
    """Return edges of ribbons, sorted by token, side by side about its middle."""
    total = np.bincount(token, width, minlength=len(spans))
    end = np.cumsum(width)
    first = np.concatenate([[0], np.cumsum(total)[:-1]])  # where each token's begin
    left = end - width - first[token]
    left = left + spans[token].mean(axis=1) - total[token] / 2
    return np.stack([left, left + width], axis=1)


def _room(spans: Spans, mass: NDArray[np.float64]) -> float:
    """Return the width of the mass 1 at which about every token's mass fits its span.

    Spans count for a five-hundredth of the axis at least.
    """
    reach = max(float(np.ptp(spans)), 1e-9)
    has = mass > 0
    rooms = np.maximum(np.ptp(spans, axis=1), reach / 500)[has] / mass[has]
    return float(max(rooms.min(), CROWDED * np.median(rooms)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Lane:
    """One source's tokens and ribbons in the picture.

    Attributes:
        ribbons: Its plan.
        spans: Of its tokens on the axis.
        ends: Of its ribbons.
        tokens: Where its tokens are drawn.
        strip: Where their true targets are written, away from the ribbons.
        way: Heights at which ribbons start and end.
    """

    ribbons: Ribbons
    spans: Spans
    ends: Ends
    tokens: Band
    strip: Band
    way: Band

    @property
    def name(self) -> str:
        """Name of the source's modality."""
        return self.ribbons.case.source.name


def lay_lanes(
    plans: Sequence[Ribbons], axis: TimeAxis
) -> tuple[tuple[Lane, ...], Band]:
    """Return the lanes and where the anchor's tokens are drawn.

    One plan goes from the bottom to the words at the top; of two the second comes
    down to words in the middle.

    Args:
        plans: One or two, of one anchor.
        axis: Of all their tokens.
    """
    targets = axis.spans[plans[0].case.target.name]
    sources = [axis.spans[one.case.source.name] for one in plans]
    width = width_of_mass(list(zip(plans, sources, strict=True)), targets)
    middle = (WHOLE - WORDS) / (2 if len(plans) > 1 else 1)
    words = (middle, middle + WORDS)
    edge = STRIP + TOKENS
    places: list[tuple[Band, Band, Band]] = [
        ((0, STRIP), (STRIP, edge), (edge, words[0])),
        (
            (WHOLE - STRIP, WHOLE),
            (WHOLE - edge, WHOLE - STRIP),
            (WHOLE - edge, words[1]),
        ),
    ]
    lanes = tuple(
        Lane(
            ribbons=one,
            spans=spans,
            ends=lay_out(one, spans, targets, width),
            strip=strip,
            tokens=tokens,
            way=way,
        )
        for one, spans, (strip, tokens, way) in zip(
            plans, sources, places[: len(plans)], strict=True
        )
    )
    return lanes, words
