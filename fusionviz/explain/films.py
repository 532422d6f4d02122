"""From a poster and a plot to a film as a MANGO reads it, outside the app."""

import hashlib
from pathlib import Path
from typing import Any

from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.data.films import example_film
from fusionviz.data.records import PosterSample
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.pairs import read_file
from fusionviz.models.serving.opening import open_checkpoint

FIRST_FILM_MANGO = "mango-movies"


def name_film(poster: bytes | None, plot: str) -> dict[str, Any]:
    """Return what names a film in a recipe."""
    print_ = None if poster is None else hashlib.sha256(poster).hexdigest()
    return {"poster_sha256": print_, "plot": plot}


def read_film(poster: bytes | None, plot: str) -> PosterSample:
    """Return a film.

    Args:
        poster: Bytes of a picture, None for none.
        plot: What happens; empty for none.

    Raises:
        InputError: There is neither, or the poster is no picture.
    """
    told = plot.strip() or None
    if poster is None and told is None:
        raise InputError("a film needs a poster or a plot")
    rgb = None if poster is None else read_pair(poster, None).rgb
    return PosterSample(rgb=rgb, plot=told)


def load_film_subject(
    film: PosterSample,
    named: dict[str, Any],
    checkpoint: str | None,
    *,
    device: str = "auto",
) -> tuple[FilmSubject, SubjectName]:
    """Return a film as a checkpoint reads it, and what names the two.

    Raises:
        InputError: The checkpoint is no MANGO of films, or cannot read the plot.
        CheckpointError: It cannot be loaded.
    """
    model = open_checkpoint(checkpoint or FIRST_FILM_MANGO, device)
    card = model.card
    if card.kind != "film-mango":
        raise InputError(
            f"{card.name} is no MANGO of films, such as {FIRST_FILM_MANGO}"
        )
    name = SubjectName(checkpoint=card.name, weights_sha256=card.sha256, sample=named)
    return FilmSubject(model, film, card.class_names), name


def read_named_film(named: dict[str, Any], poster: Path | None) -> PosterSample:
    """Return the film that a recipe names.

    Args:
        named: The sample of a `SubjectName`.
        poster: Its file, where it has one of the reader's.

    Raises:
        InputError: It is not the one that the recipe was made of.
    """
    if "film" in named:
        return example_film(str(named["film"]))
    data = None if poster is None else read_file(poster)
    plot = str(named.get("plot", ""))
    if name_film(data, plot) != dict(named):
        raise InputError("this is not the poster that the recipe was made of")
    return read_film(data, plot)
