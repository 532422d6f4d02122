"""One head of a MANGO of films: where it reads, over the poster and the words."""

from dataclasses import dataclass

from fusionviz.analysis.attention.one_head import find_token
from fusionviz.analysis.shared.attention.mango import LayerAttention, attention_layers
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.one_head import head_numbers, row_table
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.exhibits.shared.head_words import APPLIED, FORMULA, explain_head
from fusionviz.views.shared.attention_maps import role_of
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
    attention = _find_layer(subject, asked.layer)
    head = attention.widest if asked.head == ANY else asked.head
    attention.check_head(head)
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
    return Exhibit(
        draw=lambda: draw_film_map(shown),
        alt=_describe(subject, attention, head, token),
        caption=(
            "A plot's words stand on a grid like the poster's patches, row by row; "
            "places without a word are tokens too.\n\n"
            + explain_head(attention, head, query)
        ),
        formula=FORMULA + APPLIED[attention.form],
        numbers=head_numbers(attention, head, query),
        arrays={"S": attention.weights[head], "poster": poster, "page": page},
        table=row_table(attention, head, query),
    )


def _find_layer(subject: FilmSubject, layer: int) -> LayerAttention:
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


def _find_token(subject: FilmSubject, token: int) -> int:
    if token == ANY and subject.words:
        return subject.grid.places
    return find_token(subject, token)


def _title(attention: LayerAttention, name: str, half: int) -> str:
    """Return a panel's title: what its tokens are in this layer."""
    guessed = attention.missing == name
    return f"<b>{name}</b>  {role_of(attention, half, guessed=guessed)}"


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
