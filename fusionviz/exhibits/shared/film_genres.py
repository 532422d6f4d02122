"""Genres of a film: what is read from poster and plot, and from either alone."""

from dataclasses import dataclass

from fusionviz.analysis.shared.subjects.film import BOTH, FilmSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.films.genres import describe_genres, draw_genres
from fusionviz.views.shared.style import three_digits

FORMULA = (
    r"p = \sigma\!\left(\tfrac{1}{\sqrt{N}}\sum_t f(z_t) + b\right),\quad Z = G(X)"
)


@dataclass(frozen=True, kw_only=True)
class GenreControls(Controls):
    """What genres are read from.

    Attributes:
        alone: Whether also from the poster alone and from the plot alone.
    """

    alone: bool = False


def make_genres(request: Request[GenreControls, FilmSubject]) -> Exhibit:
    """Return the probability of each genre."""
    subject, found = request.subject, dict(request.subject.probabilities)
    if not request.controls.alone and BOTH in found:
        found = {BOTH: found[BOTH]}
    numbers: dict[str, float | int | str] = {"threshold": subject.threshold}
    for source, values in found.items():
        for genre, value in zip(subject.genres, values, strict=True):
            numbers[f"{genre}, {source}"] = float(value)
    return Exhibit(
        draw=lambda: draw_genres(subject.genres, found, threshold=subject.threshold),
        alt=describe_genres(subject.genres, found, subject.threshold),
        caption=_explain(subject, alone=len(found) > 1),
        formula=FORMULA,
        numbers=numbers,
        arrays={source.replace(" ", "_"): values for source, values in found.items()},
        table={"genre": subject.genres, **found},
    )


def _explain(subject: FilmSubject, *, alone: bool) -> str:
    text = (
        "A film may be of several genres: each has a probability of its own, read off "
        "the latents Z of poster and plot, and they do not sum to 1. The film is taken "
        f"to be of those above {three_digits(subject.threshold)}, the threshold that "
        "was best on validation films (highest micro F1)."
    )
    if alone:
        text += (
            "\n\n*Alone*: the tokens of the other modality are the model's guess from "
            "the one that is there, and go through the same flow."
        )
    if subject.missing is not None:
        text += f"\n\nThis film has no {subject.missing}: its tokens are guessed."
    return text


GENRES = ExhibitKind(
    name="film-genres",
    title="What genres the film is of",
    controls=GenreControls,
    make=make_genres,
    reads="film",
    height=430,
)
