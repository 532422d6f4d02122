"""The head and the patch that are asked about, or those that are looked at first."""

from fusionviz.analysis.attention.overview import measure_overview
from fusionviz.analysis.shared.attention.mango import LayerAttention
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.errors import InputError


def find_head(
    subject: MangoSubject, *, layer: int = ANY, head: int = ANY
) -> tuple[LayerAttention, int]:
    """Return a layer's attention and which of its heads, from 0.

    Args:
        subject: Model and sample.
        layer: Index in the flow; `ANY` for the layer of the head of the largest
            |gate| (1 - relative entropy).
        head: From 0; `ANY` for the one of the largest in the layer.

    Raises:
        InputError: There is no such layer or head.
    """
    if layer != ANY and head != ANY:
        attention = subject.attention(layer)
        attention.check_head(head)
        return attention, head
    overview = measure_overview(subject)
    for place in overview.select(sort="strength").tolist():
        found, number = overview.layer_at(place), int(overview.number[place]) - 1
        if layer in (ANY, found.layer.index) and head in (ANY, number):
            return found, number
    if layer != ANY:
        subject.attention(layer)
    raise InputError(f"heads are 0 to {overview.number.max() - 1}, got {head}")


def find_token(subject: MangoSubject | FilmSubject, token: int = ANY) -> int:
    """Return a joint token: the one that is asked for, or one in the upper middle.

    The mask leaves the upper middle most of the pictures to read.

    Raises:
        InputError: There is no such token.
    """
    if token == ANY:
        return subject.grid.middle
    if not 0 <= token < 2 * subject.grid.places:
        raise InputError(f"tokens are 0 to {2 * subject.grid.places - 1}, got {token}")
    return token
