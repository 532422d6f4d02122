"""Picks on a chart are told once, though the chart keeps telling them."""

import pytest
import streamlit as st

from fusionviz.ui.shared.clicks import clicked, newly_picked


@pytest.fixture
def pick(monkeypatch):
    """Let a chart say that points are picked: `pick((1, 2), (3, 4))`."""
    monkeypatch.setattr(st, "session_state", {})

    def pick_(*data):
        points = [{"customdata": list(one)} for one in data] + [{}]
        st.session_state["chart"] = {"selection": {"points": points}}

    return pick_


def test_a_click_is_told_once_and_again_after_another(pick):
    assert clicked("chart") is None
    pick((1, 2))
    assert clicked("chart") == (1, 2)
    assert clicked("chart") is None
    pick((3, 4))
    assert clicked("chart") == (3, 4)
    pick((1, 2))
    assert clicked("chart") == (1, 2)


def test_a_look_that_does_not_count_leaves_the_click_for_the_next(pick):
    pick((1, 2))
    assert clicked("chart", note=False) == (1, 2)
    assert clicked("chart") == (1, 2)


def test_all_points_of_a_box_are_told_once(pick):
    pick((1, 2), (3, 4))
    assert newly_picked("chart") == ((1, 2), (3, 4))
    assert newly_picked("chart") == ()
    pick((3, 4))
    assert newly_picked("chart") == ((3, 4),)
