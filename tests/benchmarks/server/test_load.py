"""The measurement of load finds what it looks for."""

from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.server import load
from benchmarks.server.load import FILES, PLACES, SAMPLES, Notes, Sample
from benchmarks.server.visits import TABS, address_of, charts_of, pair_of, troubles_of

SAMPLE, PLACE = SAMPLES[0], PLACES[0]


def noted(charts, troubles=(), known=None):
    notes = Notes()
    charts_alone = {(SAMPLE, PLACE): known or {"map": "1", "curve": "2"}}
    known = load.Known(samples=(SAMPLE,), places=(PLACE,), charts=charts_alone)
    load._note("open", 0.0, SAMPLE, PLACE, charts, list(troubles), known, notes)
    return notes


def test_what_one_session_saw_is_no_trouble():
    notes = noted({"curve": "2", "map": "1"})
    assert notes.troubles == []
    assert notes.checked == 2
    assert len(notes.seconds["open"]) == 1
    assert notes.seconds_at == {", ".join(PLACE): notes.seconds["open"]}


@pytest.mark.parametrize(
    "charts",
    [{"map": "1", "curve": "3"}, {"map": "1"}, {"map": "1", "curve": "2", "x": "4"}],
)
def test_a_chart_of_somebody_else_is_found(charts):
    (trouble,) = noted(charts).troubles
    assert "another's chart" in trouble
    assert str(SAMPLE.seed) in trouble


def test_errors_of_a_page_are_troubles():
    assert noted({"map": "1", "curve": "2"}, ["no memory"]).troubles == ["no memory"]


def test_quantiles_are_those_of_all_runs():
    told = load._spread([float(n) for n in range(1, 101)])
    assert told["n"] == 100
    assert told["p50"] == pytest.approx(50, abs=1.5)
    assert told["p95"] == pytest.approx(95, abs=1.5)
    assert load._spread([2.0]) == {"n": 1, "p50": 2.0, "p95": 2.0}


def test_each_session_has_a_sample_that_others_have_not():
    assert len({(one.seed, one.is_files) for one in SAMPLES}) == len(SAMPLES)
    pairs = [pair_of(seed, (24, 32)) for seed in FILES]
    assert len({pair["file_rgb"][1] for pair in pairs}) == len(FILES)
    assert len({pair["file_depth"][1] for pair in pairs}) == len(FILES)
    assert Sample(seed=1, is_files=True) != Sample(seed=1, is_files=False)


def test_files_are_brought_where_nothing_is_kept_of_another_sample(monkeypatch):
    """Of a row that a room left, an upload at the place itself would show that one."""
    done = []

    class Reader:
        def __init__(self, address):
            done.append(("come", address))

        def open(self, page):
            done.append(("open", page))
            return []

        def bring(self, files):
            done.append(("bring", sorted(files)))
            return []

    monkeypatch.setattr(load, "Session", Reader)
    Sample(seed=901, is_files=True).begin("x", ("transport", "Hidden attention"))
    assert done == [
        ("come", "x"),
        ("open", address_of("scaling")),
        ("bring", ["file_depth", "file_rgb"]),
        ("open", address_of("transport", "Hidden attention")),
    ]


def test_places_are_tabs_that_there_are():
    for page, tab in PLACES:
        assert tab in TABS[page]  # without, the one that was open there last
        parts = urlsplit(address_of(page, tab, seed=3))
        assert parts.path == f"/{page}"
        assert parse_qs(parts.query).get("tab", [""]) == [tab]
        assert parse_qs(parts.query)["seed"] == ["3"]


def message(**fields):
    answer = ForwardMsg()
    element = answer.delta.new_element
    for kind, values in fields.items():
        for name, value in values.items():
            setattr(getattr(element, kind), name, value)
    return answer


def test_charts_and_errors_are_read_from_what_the_server_says():
    answers = [
        message(plotly_chart={"alt": "a map", "spec": "{}"}),
        message(plotly_chart={"alt": "a curve", "spec": "[]"}),
        message(alert={"body": "no", "format": 1}),
        message(alert={"body": "so so", "format": 2}),
        message(exception={"message": "broken"}),
        ForwardMsg(),
    ]
    charts = charts_of(answers)
    assert set(charts) == {"a map", "a curve"}
    assert charts["a map"] != charts["a curve"]
    assert troubles_of(answers) == ["broken", "no"]
