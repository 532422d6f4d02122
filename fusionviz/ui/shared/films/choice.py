"""Which film is shown: one of the project's, or a poster and a plot of the reader's."""

import hashlib
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.data.films import EXAMPLES, example_film
from fusionviz.data.records import PosterSample
from fusionviz.errors import FusionvizError
from fusionviz.explain.films import name_film, read_film
from fusionviz.ui.shared.notices import say_refusal
from fusionviz.ui.shared.share import forget, publish, recall_word, seat
from fusionviz.views.shared.plain import in_markdown

FILMS = "Films"
"""What the sidebar calls samples that are films."""

FILM, OWN = "film", "own"
POSTER, PLOT = "film_poster", "film_plot"
LARGEST_POSTER_MB = 20
LONGEST_PLOT = 4000

NOT_OF_FILMS = (
    "This page shows nothing of films: its pictures are of RGB and depth, or of "
    "sequences. Films are on **Inputs**, **Attention** and **Robustness**; for this "
    "page choose *Rooms* or *Your files* on the left."
)

_TYPED = "_typed_plot"


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmSample:
    """The film of this run.

    Attributes:
        film: What the model reads.
        key: What names it in caches.
        title: What names it on the page, in Markdown.
        named: What names it in recipes.
    """

    film: PosterSample
    key: str
    title: str
    named: dict[str, Any]


def is_film() -> bool:
    """Whether the sample is a film."""
    return st.session_state.get("source") == FILMS


def draw_film_choice() -> None:
    """Draw the choice of a film, and where one's own is brought."""
    titles = {name: example.title for name, example in EXAMPLES.items()}
    titles[OWN] = "Your own"
    recall_word(FILM, next(iter(titles)), titles)
    st.selectbox(
        "Film",
        list(titles),
        key=FILM,
        format_func=titles.__getitem__,
        help="Three that were never shot, drawn and told for this app; or a poster "
        "and a plot of your own.",
    )
    publish(FILM)
    if st.session_state[FILM] != OWN:
        return
    st.file_uploader(
        "Poster",
        key=POSTER,
        max_upload_size=LARGEST_POSTER_MB,
        help="JPEG, PNG, WebP, PPM, BMP or TIFF. It is read on this machine and kept "
        "in memory only.",
    )
    seat(PLOT, st.session_state.get(_TYPED, ""))
    st.text_area(
        "Plot, in English",
        key=PLOT,
        height=150,
        max_chars=LONGEST_PLOT,
        on_change=_keep_plot,
        help="A few sentences of what happens. Poster or plot alone will do.",
    )


def forget_film() -> None:
    """Take the film out of the address."""
    forget([FILM])


def current_film() -> FilmSample | None:
    """Return the film that is chosen; where there is none, say what to do."""
    name = st.session_state[FILM]
    if name != OWN:
        return FilmSample(
            film=_example(name),
            key=f"film-{name}",
            title=EXAMPLES[name].title,
            named={"film": name},
        )
    poster, plot = _bytes(), str(st.session_state.get(_TYPED, "")).strip()
    if poster is None and not plot:
        st.info(
            "Drop a poster and type a plot on the left; either alone will do. No real "
            "films come along: their posters and plots are their owners'.",
            icon=":material/movie:",
        )
        return None
    try:
        return _own(poster, plot)
    except FusionvizError as error:
        say_refusal(error)
        return None


def _own(poster: bytes | None, plot: str) -> FilmSample:
    named = name_film(poster, plot)
    digest = hashlib.sha256(plot.encode()).hexdigest()
    uploaded = st.session_state.get(POSTER)
    title = "Your film" if uploaded is None else in_markdown(uploaded.name)
    return FilmSample(
        film=read_film(poster, plot),
        key=f"film-{named['poster_sha256']}-{digest}",
        title=title,
        named=named,
    )


def _bytes() -> bytes | None:
    uploaded = st.session_state.get(POSTER)
    return None if uploaded is None else uploaded.getvalue()


def _keep_plot() -> None:
    """Keep what was typed: Streamlit forgets it where the field is not drawn."""
    st.session_state[_TYPED] = st.session_state[PLOT]


@st.cache_resource(max_entries=8, show_spinner=False)
def _example(name: str) -> PosterSample:
    return example_film(name)
