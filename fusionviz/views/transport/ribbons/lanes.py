"""Which row stands where in a picture of ribbons: source tokens, words, true words."""

from collections.abc import Sequence
from dataclasses import dataclass

from fusionviz.analysis.shared.time_axis import TimeAxis
from fusionviz.analysis.transport.ribbons import Ribbons
from fusionviz.views.transport.ribbons.places import Ends, Spans, lay_out, width_of_mass

Band = tuple[float, float]
"""Lower and upper edge."""

STRIP, TOKENS, WORDS, WHOLE = 8.0, 5.0, 17.0, 100.0
"""Heights of the rows of true words, of source tokens, of the anchor's; and of all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Lane:
    """A source in the picture.

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
        """Of the modality."""
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
