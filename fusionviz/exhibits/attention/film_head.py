"""One head of a MANGO of films: where it reads, over the poster and the words."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.shared.attention.mango import LayerAttention, attention_layers
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.exhibits.shared.head_words import APPLIED, FORMULA, explain_head
from fusionviz.views.shared.films.tokens import FilmMap, draw_film_map
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True)
class FilmHeadControls(Controls):
    """Which head, asked from which token.

    Attributes:
        layer: Index in the flow; -1 for the first in which the poster sets the weights
            of words.
        head: From 0; -1 for the one with the largest |gate|.
        token: Joint token: the poster's patches row by row, then the words; -1 for the
            first word, or for the patch in the upper middle where there is none.
    """

    layer: int = ANY
    head: int = ANY
    token: int = ANY

    def __post_init__(self) -> None:
        """Refuse what is below -1."""
        if min(self.layer, self.head, self.token) < ANY:
            raise ValueError(f"layer, head and token are at least -1, got {self}")


def make_film_head(request: Request[FilmHeadControls, FilmSubject]) -> Exhibit:
    """Return where one row of one head reads, over the poster and the words."""
    subject, asked = request.subject, request.controls
    attention = find_layer(subject, asked.layer)
    head = _find_head(attention, asked.head)
    token = _find_token(subject, asked.token)
    query = attention.row_of(token)
    poster, page = attention.over_pictures(head, query)
    row = attention.weights[head, query]
    shown = FilmMap(
        poster=subject.poster,
        words=[word.text for word in subject.words],
        patches=poster,
        on_words=page,
        has_sign=False,
        ends=("weight 0", f"{three_digits(float(row.max()))}, no unit"),
        titles=(_title(attention, "poster", 0), _title(attention, "plot", 1)),
        picked=token,
    )
    numbers: dict[str, float | int | str] = {
        "layer": attention.layer.name,
        "head": head + 1,
        "row": query,
        "largest_weight": float(row.max()),
        "entropy_bits": attention.entropy_bits(head, query),
    }
    if attention.gate is not None:
        numbers["gate"] = float(attention.gate[head])
    return Exhibit(
        figure=draw_film_map(shown),
        alt=_describe(subject, attention, head, token),
        caption=(
            "A plot's words stand on a grid like the poster's patches, row by row; "
            "places without a word are tokens too.\n\n"
            + explain_head(attention, head, query)
        ),
        formula=FORMULA + APPLIED[attention.form],
        numbers=numbers,
        arrays={"S": attention.weights[head], "poster": poster, "page": page},
        table={
            "column": np.arange(attention.tokens),
            "token_of_x1": attention.key_tokens,
            "token_of_x2": attention.value_tokens,
            "weight": row,
        },
    )


def find_layer(subject: FilmSubject, layer: int) -> LayerAttention:
    """Return a layer's attention: the one that is asked for, or poster to plot's.

    Raises:
        InputError: There is none.
    """
    names = attention_layers(subject.model)
    if not names:
        raise InputError("this model has no attention")
    if layer != ANY:
        return subject.attention(layer)
    return subject.attention(names[0].index)


def _find_head(attention: LayerAttention, head: int) -> int:
    if head == ANY:
        return 0 if attention.gate is None else int(np.abs(attention.gate).argmax())
    if not 0 <= head < attention.heads:
        raise InputError(f"heads are 0 to {attention.heads - 1}, got {head}")
    return head


def _find_token(subject: FilmSubject, token: int) -> int:
    places = subject.grid.places
    if token == ANY:
        return places if subject.words else subject.grid.middle
    if not 0 <= token < 2 * places:
        raise InputError(f"tokens are 0 to {2 * places - 1}, got {token}")
    return token


def _title(attention: LayerAttention, name: str, half: int) -> str:
    """Return a panel's title: what its tokens are in this layer."""
    guess = "  (guessed)" if attention.missing == name else ""
    if attention.mixing is not None:
        return f"<b>{name}</b>  held by what is read{guess}"
    own = int((attention.key_tokens // attention.tokens == half).sum())
    role = {0: "X2: read and changed", attention.tokens: "X1: sets the weights"}
    return f"<b>{name}</b>  {role.get(own, 'half X1, half X2')}{guess}"


def _describe(
    subject: FilmSubject, attention: LayerAttention, head: int, token: int
) -> str:
    query = attention.row_of(token)
    row = attention.weights[head, query]
    most = int(attention.value_tokens[int(row.argmax())])
    return (
        f"{attention.layer.name}, head {head + 1}: from {name_token(subject, token)} "
        f"it reads {name_token(subject, most)} most, with weight "
        f"{three_digits(float(row.max()))}."
    )


def name_token(subject: FilmSubject, token: int) -> str:
    """Return what a joint token is: a patch by its place, a word by itself."""
    places = subject.grid.places
    if token < places:
        return f"the patch in {subject.grid.name(token)}"
    place = token - places
    if place < len(subject.words):
        return f"“{subject.words[place].text}”"
    return f"empty place {place + 1} of the page"


FILM_HEAD = ExhibitKind(
    name="attention-film-head",
    title="Where one head reads in a film",
    controls=FilmHeadControls,
    make=make_film_head,
    reads="film",
)
