"""An exhibit's picture is drawn when it is asked for, once, and by one thread."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from fusionviz.exhibits.shared.exhibit import Exhibit
from tests.helpers.figures import figures_made


class Large:
    """What a picture is drawn from, and is not kept with it."""

    def __init__(self):
        self.values = np.arange(3)


def exhibit_of(large, drawn=None):
    def draw():
        if drawn is not None:
            drawn.append(threading.get_ident())
        return go.Figure(go.Scatter(y=large.values))

    return Exhibit(draw=draw, alt="a", caption="c", numbers={"sum": 3})


def test_numbers_and_words_ask_for_no_picture():
    with figures_made() as figures:
        made = exhibit_of(Large())
        told = replace(made, caption="another")
        assert (told.numbers["sum"], told.caption) == (3, "another")
        assert figures == []
        assert list(told.figure.data[0].y) == [0, 1, 2]
    assert figures == [go.Figure]


def test_it_is_drawn_once_for_all_copies_and_threads():
    drawn = []
    made = exhibit_of(Large(), drawn)
    copies = [made, *(replace(made, alt=str(number)) for number in range(7))]
    start = threading.Barrier(len(copies))

    def ask(one):
        start.wait()
        return one.figure

    with ThreadPoolExecutor(len(copies)) as pool:
        figures = list(pool.map(ask, copies))
    assert len(drawn) == 1
    assert all(figure is figures[0] for figure in figures)


def test_what_it_is_drawn_from_is_let_go_once_it_is_drawn():
    large = Large()
    gone, made = weakref.ref(large), exhibit_of(large)
    del large
    gc.collect()
    assert gone() is not None
    assert made.drawn() is made
    gc.collect()
    assert gone() is None


def test_a_drawing_that_failed_fails_again():
    def draw():
        raise ValueError("no place")

    made = Exhibit(draw=draw, alt="a", caption="c")
    for _ in range(2):
        with pytest.raises(ValueError, match="no place"):
            _ = made.figure
