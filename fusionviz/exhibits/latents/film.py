"""The flow as a film: from pictures to noise and back."""

from dataclasses import dataclass

from fusionviz.analysis.latents.film import STOPS, Film, measure_film
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.film import describe_film, draw_all_frames, draw_film
from fusionviz.views.shared.style import three_digits

LAYOUTS = ("one", "all")
"""One frame with a slider that runs through them, or all blocks at once."""

ALL_FRAMES_HEIGHT = 550
"""Of all blocks, which stand in several lines."""


@dataclass(frozen=True, kw_only=True)
class FilmControls(Controls):
    """Where the film stops, and how it is shown.

    Attributes:
        stops: After `blocks`, or after `parts` of them.
        layout: Of `LAYOUTS`.
    """

    stops: str = "blocks"
    layout: str = "one"

    def __post_init__(self) -> None:
        """Check the values."""
        if self.stops not in STOPS:
            raise ValueError(f"stops are {STOPS}, got {self.stops!r}")
        if self.layout not in LAYOUTS:
            raise ValueError(f"layouts are {LAYOUTS}, got {self.layout!r}")


def make_film(request: Request[FilmControls]) -> Exhibit:
    """Return the tokens on their way through the flow and back."""
    stops = next(one for one in STOPS if one == request.controls.stops)
    film = measure_film(request.subject, stops=stops)
    draw = draw_film if request.controls.layout == "one" else draw_all_frames
    return Exhibit(
        draw=lambda: draw(film),
        height=ALL_FRAMES_HEIGHT if request.controls.layout == "all" else None,
        alt=describe_film(film),
        caption=_explain(film, request.subject.missing),
        formula=r"x = h_0 \to h_1 \to \dots \to h_L = z,\qquad "
        r"\log\left|\det \frac{\partial h_l}{\partial x}\right|",
        numbers={
            "log_det_nats": float(film.log_det[film.turn]),
            "largest_token_x": float(film.largest[0]),
            "largest_token": float(film.largest.max()),
            "return_error": float(film.return_error[-1]),
        },
        arrays={
            "tokens": film.tokens,
            "token_size": film.token_size,
            "log_det_nats": film.log_det,
            "return_error": film.return_error,
        },
        table={
            "frame": film.names,
            "mean_size": film.mean_size,
            "standard_deviation": film.deviation,
            "largest": film.largest,
            "log_det_nats": film.log_det,
            "return_error": film.return_error,
        },
    )


def _explain(film: Film, missing: str | None) -> str:
    turn = film.turn
    largest = int(film.largest[: turn + 1].argmax())
    guess = f" The {missing} of x is the model's guess." if missing else ""
    return (
        "The tokens x pass the flow until they are latents z, and go back by the "
        "inverse. On the left what the codec makes of them at each stop. **The codec "
        "has only ever seen tokens like x**: what it makes of others is no picture the "
        "flow has in mind, but shows how far they are from any. So the tokens "
        "themselves stand beside it: the root mean square of each one's channels, all "
        f"frames on one scale.{guess}\n\n"
        f"The largest |token| is {three_digits(float(film.largest[0]))} in x, "
        f"{three_digits(float(film.largest[largest]))} at its most "
        f"({film.names[largest]}) and {three_digits(float(film.largest[turn]))} in z; "
        "the standard deviation goes from "
        f"{three_digits(float(film.deviation[0]))} to "
        f"{three_digits(float(film.deviation[turn]))}, where the prior has 1. log|det| "
        f"comes to **{three_digits(float(film.log_det[turn]))} nats**. Back at x, no "
        f"token is more than {three_digits(float(film.return_error[-1]))} off."
    )


FILM = ExhibitKind(
    name="latents-film",
    title="The flow as a film",
    controls=FilmControls,
    make=make_film,
    height=472,
)
