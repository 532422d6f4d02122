"""Picked tokens: as runs, as text, and where they are at each stage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusionviz.analysis.distributions.token_picks import (
    check_runs,
    picked_at,
    picked_tokens,
    read_runs,
    runs_of,
    select,
    sent_to,
    trace_back,
    write_runs,
)
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

NAMES = ("depth", "rgb")


@pytest.fixture(scope="module")
def pair():
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)))


@pytest.fixture(scope="module")
def utterance():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12))


@given(st.sets(st.tuples(st.sampled_from(NAMES), st.integers(0, 40))))
def test_runs_and_their_text_hold_the_same_tokens(tokens):
    runs = runs_of(tokens)
    assert {(n, i) for n, a, b in runs for i in range(a, b + 1)} == tokens
    assert read_runs(write_runs(runs), NAMES) == runs
    check_runs(runs)


def test_runs_are_short_in_the_address():
    runs = (("depth", 3, 7), ("depth", 12, 12), ("rgb", 5, 5))
    assert write_runs(runs) == "depth~3-7.12~rgb~5"
    assert write_runs(()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "depth",
        "depth~",
        "depth~a-3",
        "depth~7-3",
        "nobody~3",
        "~~~",
        "depth~-",
    ],
)
def test_text_that_is_none_is_left_out(text):
    assert read_runs(text, NAMES) == ()


@pytest.mark.parametrize(
    "run",
    [("depth", 3, 2), ("depth", -1, 2), (3, 3, 3), ("depth", 1), "abc", ("a", 0.5, 1)],
)
def test_what_is_no_run_is_refused(run):
    with pytest.raises(ValueError, match="picked tokens are"):
        check_runs((run,))


def test_tokens_that_are_not_there_are_not_picked(pair):
    masks = picked_tokens(pair, (("depth", 14, 99), ("text", 0, 3), ("rgb", 70, 80)))
    assert list(masks) == ["depth"]
    np.testing.assert_array_equal(np.flatnonzero(masks["depth"]), [14, 15])


def test_a_source_token_is_found_where_its_row_of_the_plan_is_largest(utterance):
    masks = picked_tokens(utterance, (("video", 4, 6), ("text", 2, 2)))
    plan = utterance.case("video").own_plan
    goals = {int(np.argmax(plan[i])) for i in (4, 5, 6)}
    for stage in ("aligned", "fused"):
        at = picked_at(utterance, stage, masks)
        assert set(np.flatnonzero(at["video"]).tolist()) == goals
        assert len(at["video"]) == 8
        np.testing.assert_array_equal(np.flatnonzero(at["text"]), [2])
    for stage in ("raw", "encoded"):
        assert picked_at(utterance, stage, masks)["video"].sum() == 3


def test_a_moved_point_stands_for_the_tokens_that_were_sent_there(pair):
    goals = sent_to(pair.case())
    position = int(np.bincount(goals).argmax())
    tokens = trace_back(pair, [("depth", position, True), ("rgb", 3, False)])
    assert tokens == [
        *(("depth", i) for i in np.flatnonzero(goals == position).tolist()),
        ("rgb", 3),
    ]
    masks = picked_tokens(pair, runs_of(tokens))
    back = picked_at(pair, "aligned", masks)["depth"]
    np.testing.assert_array_equal(np.flatnonzero(back), [position])


def test_a_point_that_received_nothing_stands_for_no_token(pair):
    nowhere = int(np.flatnonzero(pair.case().own_plan.sum(axis=0) == 0)[0])
    assert trace_back(pair, [("depth", nowhere, True)]) == []
    assert trace_back(pair, [("depth", 99, True), ("text", 1, True)]) == []


def test_without_an_anchor_picks_have_no_place_after_alignment():
    sample = render_utterance(12).only(["video", "audio"])
    subject = AlignMambaSubject(tiny_sentiment(), sample)
    masks = picked_tokens(subject, (("video", 0, 2),))
    assert picked_at(subject, "encoded", masks)["video"].sum() == 3
    assert picked_at(subject, "fused", masks) == {}
    assert select(subject, (("video", 0, 2),)).sent == {}


def test_a_selection_says_where_each_picked_token_is_sent(utterance):
    selection = select(utterance, (("audio", 10, 20),))
    plan = utterance.case("audio").own_plan
    assert selection.counts == {"audio": 11}
    for token, goal in selection.sent["audio"].tolist():
        assert plan[token, goal] == plan[token].max()
    assert selection.goals("audio").tolist() == sorted(
        {int(plan[i].argmax()) for i in range(10, 21)}
    )
    assert selection.goals("video").size == 0
