"""What each patch and each word of a film adds to a genre."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.films.tokens import FilmMap, draw_film_map
from fusionviz.views.shared.style import three_digits

NAMED = 3
"""Words that are told of in words, at either end."""


@dataclass(frozen=True, kw_only=True)
class PartsControls(Controls):
    """Which genre is looked at.

    Attributes:
        genre: Its name; empty for the most probable one.
    """

    genre: str = ""


def make_parts(request: Request[PartsControls, FilmSubject]) -> Exhibit:
    """Return what each part of a film adds to the log-odds of a genre."""
    subject = request.subject
    row = genre_row(subject, request.controls.genre)
    patches, words = subject.parts.patches[row], subject.parts.words[row]
    page = np.full(subject.grid.places, np.nan, np.float32)
    page[: len(words)] = words
    name = subject.genres[row]
    shown = FilmMap(
        poster=subject.poster,
        words=[word.text for word in subject.words],
        patches=patches,
        on_words=page.reshape(subject.grid),
        has_sign=True,
        ends=(f"against {name}", f"for {name}, log-odds (no unit)"),
        titles=("<b>poster</b>", "<b>plot</b>  the words that are read, in order"),
    )
    order = np.argsort(-words, kind="stable")
    told = [f"{subject.words[i].text} {words[i]:+.2f}" for i in order[:NAMED]]
    against = [f"{subject.words[i].text} {words[i]:+.2f}" for i in order[::-1][:NAMED]]
    of_poster = "there is no poster"
    if not np.isnan(patches).all():
        of_poster = (
            f"patches from {np.nanmin(patches):+.2f} to {np.nanmax(patches):+.2f}"
        )
    return Exhibit(
        draw=lambda: draw_film_map(shown),
        alt=(
            f"What parts add to {name}: words for it {', '.join(told) or 'none'}; "
            f"against it {', '.join(against) or 'none'}; "
            f"{of_poster}."
        ),
        caption=_explain(subject, row),
        formula=r"\Delta = \log\frac{p}{1-p} - \log\frac{p'}{1-p'}",
        numbers={"genre": name, **_numbers(subject, row)},
        arrays={"patches": patches, "words": words},
        table={
            "word": [word.text for word in subject.words],
            "adds_log_odds": words,
        },
    )


def genre_row(subject: FilmSubject, name: str) -> int:
    """Return the number of a genre, of the most probable one where none is named.

    Raises:
        InputError: There is no such genre.
    """
    if not name:
        return int(next(iter(subject.probabilities.values())).argmax())
    if name not in subject.genres:
        raise InputError(f"genres are {', '.join(subject.genres)}, got {name!r}")
    return subject.genres.index(name)


def _numbers(subject: FilmSubject, row: int) -> dict[str, float | int | str]:
    words, patches = subject.parts.words[row], subject.parts.patches[row]
    numbers: dict[str, float | int | str] = {
        "probability": float(next(iter(subject.probabilities.values()))[row]),
        "words_read": len(words),
    }
    if words.size:
        numbers["largest_of_words"] = float(np.abs(words).max())
    if not np.isnan(patches).all():
        numbers["largest_of_patches"] = float(np.nanmax(np.abs(patches)))
    return numbers


def _explain(subject: FilmSubject, row: int) -> str:
    name, most = subject.genres[row], subject.grid.places
    probability = float(next(iter(subject.probabilities.values()))[row])
    return (
        f"Each part is taken out in turn and the film read again: a word leaves its "
        "place empty, a patch becomes the mean of all patches. The colour is by how "
        f"much the log-odds of {name} fall without it: blue adds to {name}, red takes "
        "away. Parts work together, so the colours do not sum to the whole. "
        f"{name} has a probability of {three_digits(probability)} here. The model "
        f"reads {most} words at most, of a longer plot the rarest; words stand in the "
        "order of the plot, and one that it has no vector of is not read."
    )


PARTS = ExhibitKind(
    name="inputs-film-parts",
    title="What each word and patch adds",
    controls=PartsControls,
    make=make_parts,
    reads="film",
)
