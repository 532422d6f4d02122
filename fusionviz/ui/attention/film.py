"""The Attention page of a film: where one head reads, over the poster and the words."""

from fusionviz.analysis.shared.attention.mango import attention_layers
from fusionviz.exhibits.attention.film_head import (
    FILM_HEAD,
    FilmHeadControls,
    name_token,
)
from fusionviz.ui.shared.controls import choose_item, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.films.subject import FilmChoice, draw_film_line
from fusionviz.ui.shared.notices import nothing_yet, panel


def draw_film(choice: FilmChoice) -> None:
    """Draw the page for a film."""
    draw_film_line(choice)
    draw_head(choice, True)


@panel
def draw_head(choice: FilmChoice, visible: bool) -> None:
    """Draw the choice of a head and a token, and where the head reads from there."""
    subject = choice.subject
    layers = attention_layers(subject.model)
    if not layers:
        nothing_yet("This model has no attention.", visible)
        return
    places = subject.grid.places
    tokens = [*range(places, places + max(len(subject.words), 1)), *range(places)]
    with controls_row("film_head_controls"):
        names = [one.name.removeprefix("block ") for one in layers]
        layer = layers[choose_item("Layer", "film_layer", names, width=240)].index
        heads = [f"head {one + 1}" for one in range(subject.model.config.heads)]
        widest = subject.attention(layer).widest
        head = choose_item("Head", "film_head", heads, default=widest, width=120)
        asked = [name_token(subject, token) for token in tokens]
        at = choose_item(
            "From",
            "film_token",
            asked,
            width=260,
            help="The word or the patch whose row of A is shown.",
        )
    controls = FilmHeadControls(layer=layer, head=head, token=tokens[at])
    if visible:
        show_exhibit(FILM_HEAD, choice, controls)
