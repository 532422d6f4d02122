"""Which tab is open is kept for each page, and a link says otherwise."""

from streamlit.testing.v1 import AppTest

from tests.helpers.app.pages import address_of


def two_pages():
    import streamlit as st

    from fusionviz.ui.shared.tabs import draw_tabs

    titles = st.session_state.get("titles", "ABC")
    draw_tabs({title: lambda *_: None for title in titles}, None)


def turn_to(app, titles, **address):
    """Turn to a page: the menu takes what was in the address out of it."""
    app.query_params.clear()
    for name, value in address.items():
        app.query_params[name] = value
    app.session_state["titles"] = titles
    return app.run()


def open_tab(app) -> str:
    shown = app.session_state["tab"]
    first = app.session_state["titles"][0]
    assert address_of(app).get("tab", first) == shown
    return shown


def test_each_page_keeps_its_open_tab():
    app = turn_to(AppTest.from_function(two_pages), "ABC")
    assert open_tab(app) == "A"
    app.session_state["tab"] = "B"
    app.run()
    assert open_tab(app) == "B"
    assert open_tab(turn_to(app, "XYZ")) == "X"
    app.session_state["tab"] = "Z"
    app.run()
    assert open_tab(turn_to(app, "ABC")) == "B"
    assert open_tab(turn_to(app, "XYZ")) == "Z"


def test_a_link_opens_its_tab_whatever_was_open():
    app = turn_to(AppTest.from_function(two_pages), "ABC", tab="C")
    assert open_tab(app) == "C"
    turn_to(app, "XYZ", tab="Y")
    assert open_tab(turn_to(app, "ABC", tab="B")) == "B"
    assert open_tab(turn_to(app, "XYZ", tab="nowhere")) == "Y"
