"""What stands where a picture would be: nothing yet, or why there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TypeVar

import streamlit as st

from fusionviz.errors import (
    CheckpointError,
    FusionvizError,
    MemoryLackError,
    ModelServerError,
    is_of_memory,
)
from fusionviz.ui.allocator import give_back
from fusionviz.views.shared.plain import sentence_in_markdown

T = TypeVar("T")

NO_MEMORY = (
    "There is not enough memory on this machine for what was asked: choose a smaller "
    "picture, a shorter sequence or a model with fewer parameters, and try again."
)


def nothing_yet(what: str, visible: bool = True) -> None:
    """Say what is not there, in the place where it would be.

    Args:
        what: In a sentence or two, with what to do.
        visible: Whether anybody sees the place.
    """
    if visible:
        st.caption(what)


def say_error(what: str) -> None:
    """Say what went wrong, in a sentence of Markdown with its cure."""
    st.error(what, icon=":material/error:")


def say_refusal(error: FusionvizError) -> None:
    """Say why something was refused, with names of files and arrays as they are."""
    say_error(sentence_in_markdown(str(error)))


def forget_everything() -> None:
    """Let go of all that is kept between runs, which can be made again."""
    st.cache_resource.clear()
    st.cache_data.clear()
    give_back()


@contextmanager
def says_why(visible: bool = True) -> Iterator[None]:
    """Say in this place why there is nothing to see, where the work in it fails.

    A checkpoint that cannot be loaded is an error, and so are a model server that does
    not answer and a lack of memory, after which nothing is kept; a sample that has not
    what a picture needs is none.

    Args:
        visible: Whether anybody sees the place.
    """
    try:
        yield
    except (CheckpointError, MemoryLackError, ModelServerError) as error:
        if visible:
            say_refusal(error)
    except FusionvizError as error:
        nothing_yet(sentence_in_markdown(str(error)), visible)
    except (MemoryError, RuntimeError, OSError) as error:
        if not is_of_memory(error):
            raise
        forget_everything()
        if visible:
            say_error(NO_MEMORY)


def panel(draw: Callable[[T, bool], None]) -> Callable[[T, bool], None]:
    """Make a function the panel of a tab.

    A panel runs again without the rest of the page when its controls are moved, and
    says why where it has nothing to show.

    Args:
        draw: Draws the panel of a choice; told whether it is visible. When hidden, it
            draws only the controls that the address keeps by being drawn.
    """

    @st.fragment
    @wraps(draw)
    def drawn(choice: T, visible: bool) -> None:
        with says_why(visible):
            draw(choice, visible)

    return drawn
