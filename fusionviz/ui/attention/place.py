"""What the reader has picked on the Attention page: a head, and a patch.

The tabs that show heads share it, and the address: `one_head=8.1` is head 1 of the
flow's layer 8, `query=20` is joint token 20. Where no head has been picked, it is the
strongest of the sample at hand, and the address does not name it.
"""

from dataclasses import dataclass

import streamlit as st

from fusionviz.analysis.attention.overview import Overview, measure_overview
from fusionviz.analysis.shared.attention.mango import attention_layers
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.ui.shared.cache import MODEL_WORK
from fusionviz.ui.shared.notices import nothing_yet
from fusionviz.ui.shared.share import forget, went_back, whole_number
from fusionviz.ui.shared.subjects import MangoChoice

HEAD, TOKEN = "one_head", "query"
"""Their names in the address."""

OPEN = "open"
"""Name of a head in a link from another page, which is to open its tab."""

_HEAD, _TOKEN, _PUBLISHED = "_picked_head", "_picked_token", "_published_place"


@dataclass(frozen=True)
class Place:
    """A head and a patch.

    Attributes:
        layer: Index in the flow; None where no head has been picked.
        head: From 0; None likewise.
        token: Joint token: RGB's patches row by row, then depth's.
    """

    layer: int | None
    head: int | None
    token: int


def has_heads(choice: MangoChoice, visible: bool) -> bool:
    """Return whether a model has attention heads; where it has none, say so.

    Args:
        choice: Whose model.
        visible: Whether anybody sees the place.
    """
    if attention_layers(choice.subject.model):
        return True
    nothing_yet("This model has no attention layers: there are no heads.", visible)
    return False


def current_place(choice: MangoChoice) -> Place:
    """Return what is picked, and make the address say it.

    An address that says something else than this session wrote there has been followed
    since, and wins.
    """
    if went_back():
        st.session_state.update({_HEAD: None, _TOKEN: ""})
    said = {k: st.query_params[k] for k in (HEAD, TOKEN) if k in st.query_params}
    if said and said != st.session_state.get(_PUBLISHED):
        head = _read_head(said.get(HEAD))
        if head is not None:
            pick_head(*head)
        if TOKEN in said:
            st.session_state[_TOKEN] = said[TOKEN]
    model = choice.subject.model
    layer, head = st.session_state.get(_HEAD) or (None, None)
    known = {name.index for name in attention_layers(model)}
    if layer not in known or not 0 <= (head or 0) < model.config.heads:
        layer = head = None
    token = whole_number(str(st.session_state.get(_TOKEN, "")))
    last = 2 * model.config.tokens - 1
    default = model.config.shape.middle
    place = Place(
        layer=layer,
        head=head,
        token=default if token is None or token > last else token,
    )
    _publish(place, default)
    return place


def pick_head(layer: int, head: int) -> None:
    """Pick a head: index of its layer in the flow, and from 0."""
    st.session_state[_HEAD] = (layer, head)


def pick_token(token: int) -> None:
    """Pick a patch by its joint token."""
    st.session_state[_TOKEN] = token


@st.cache_resource(max_entries=4, show_spinner="MANGO shows its attention …")
def overview_of(subject_key: str, _subject: MangoSubject) -> Overview:
    """Return all heads of a subject."""
    with MODEL_WORK:
        return measure_overview(_subject)


def _read_head(text: str | None) -> tuple[int, int] | None:
    layer, _, head = (text or "").partition(".")
    numbers = whole_number(layer), whole_number(head)
    if numbers[0] is None or not numbers[1]:
        return None
    return numbers[0], numbers[1] - 1


def _publish(place: Place, default: int) -> None:
    words = {}
    if place.layer is not None and place.head is not None:
        words[HEAD] = f"{place.layer}.{place.head + 1}"
    if place.token != default:
        words[TOKEN] = str(place.token)
    for name in (HEAD, TOKEN):
        if name not in words:
            forget([name])
        elif st.query_params.get(name) != words[name]:
            st.query_params[name] = words[name]
    st.session_state[_PUBLISHED] = words
