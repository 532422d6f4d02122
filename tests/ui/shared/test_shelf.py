"""Exhibits are made once, and those that were asked for last are kept."""

import threading
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.turns import Turns
from fusionviz.ui.shared.shelf import Shelf, bytes_of

MEGABYTE = 1_000_000


def exhibit(megabytes):
    numbers = np.zeros(int(megabytes * MEGABYTE), np.uint8)
    figure = go.Figure(go.Bar(y=[1, 2, 3]))
    return Exhibit(draw=lambda: figure, alt="a", caption="c", arrays={"x": numbers})


def kind_of(made, megabytes=1.0):
    def make(request):
        made.append(request.subject)
        return exhibit(megabytes)

    return ExhibitKind(name="toy", title="Toy", controls=Controls, make=make)


def shelf(most_megabytes=10.0, most=96):
    turn = Turns(2)
    return Shelf(turn, int(most_megabytes * MEGABYTE), most)


def asked(shelf, kind, number):
    request = Request(subject=number, controls=Controls())
    return shelf.take((kind.name, str(number)), kind, request)


def test_bytes_are_those_of_arrays_tables_figures_and_pictures():
    bare = exhibit(0)
    assert bytes_of(bare) < 5000
    assert bytes_of(exhibit(2)) - bytes_of(bare) == 2 * MEGABYTE
    table = {"a": np.zeros(1000), "b": ["x" * 50] * 100}
    more = bytes_of(replace(bare, table=table)) - bytes_of(bare)
    assert more == pytest.approx(8000 + 5000, abs=1000)
    figure = go.Figure(go.Heatmap(z=np.zeros((300, 300), np.float32)))
    figure.add_layout_image(source="data:image/png;base64," + "A" * 70_000)
    more = bytes_of(replace(bare, draw=lambda: figure)) - bytes_of(bare)
    sent = 4 / 3 * 4 * 300 * 300  # as the browser gets it
    assert more == pytest.approx(sent + 70_000, rel=0.02)


def test_one_that_is_kept_is_not_made_again():
    made, kept = [], shelf()
    kind = kind_of(made)
    first = asked(kept, kind, 1).make()
    assert asked(kept, kind, 1).make() is first
    assert asked(kept, kind, 2).make() is not first
    assert made == [1, 2]


def test_no_more_bytes_are_kept_than_allowed_and_the_last_ones_stay():
    made, kept = [], shelf(most_megabytes=3.5)
    kind = kind_of(made)
    for number in range(6):
        asked(kept, kind, number).make()
        asked(kept, kind, 0).make()  # asked for again and again
        assert kept.bytes <= 3.5 * MEGABYTE
    assert made == list(range(6))
    for number in (0, 5, 4):
        asked(kept, kind, number).make()
    assert made == list(range(6))
    asked(kept, kind, 1).make()
    assert made[-1] == 1


def test_one_that_is_larger_than_all_is_kept_alone_until_the_next():
    made, kept = [], shelf(most_megabytes=3)
    large, small = kind_of(made, 8), kind_of(made)
    asked(kept, large, 1).make()
    asked(kept, large, 1).make()
    assert made == [1]
    asked(kept, small, 2).make()
    assert kept.bytes < 1.1 * MEGABYTE


def test_no_more_than_so_many_are_kept_however_small():
    made, kept = [], shelf(most=4)
    kind = kind_of(made, 0)
    makings = [asked(kept, kind, number) for number in range(9)]
    for making in makings:
        making.make()
    for number in (8, 7, 6, 5):
        assert asked(kept, kind, number) is makings[number]
    assert asked(kept, kind, 4) is not makings[4]


def test_who_asks_at_once_gets_the_same_made_once():
    made, kept, found = [], shelf(), []
    kind, start = kind_of(made), threading.Barrier(8)

    def ask():
        start.wait(20)
        found.append(asked(kept, kind, 1).make())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert made == [1]
    assert len({id(one) for one in found}) == 1


def test_one_that_failed_is_tried_again():
    tries = []

    def make(request):
        tries.append(1)
        if len(tries) == 1:
            raise InputError("No.")
        return exhibit(0)

    kept = shelf()
    kind = ExhibitKind(name="toy", title="Toy", controls=Controls, make=make)
    with pytest.raises(InputError):
        asked(kept, kind, 1).make()
    assert not asked(kept, kind, 1).is_made
    assert asked(kept, kind, 1).make().alt == "a"
