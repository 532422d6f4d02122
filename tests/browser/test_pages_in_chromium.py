"""What holds on pages as a browser shows them: tabs that stay, keys, names, legends."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.window import chart, ready, room_number

pytestmark = pytest.mark.browser


def turn_to(window, page):
    window.get_by_role("link", name=page, exact=True).click()
    expect(window).to_have_url(re.compile(f"/{page.lower()}"))
    ready(window)


def test_the_open_tab_and_epsilon_outlive_a_look_at_another_page(open_app):
    window = open_app("/transport?epsilon=0.2&tab=Convergence")
    turn_to(window, "Distributions")
    window.get_by_role("tab", name="Distance").click()
    ready(window)
    turn_to(window, "Transport")
    selected = window.get_by_role("tab", selected=True)
    expect(selected).to_have_text("Convergence")
    expect(window).to_have_url(re.compile(r"epsilon=0\.2"))
    expect(window).to_have_url(re.compile("tab=Convergence"))
    slider = window.get_by_role("slider", name=re.compile("ε of Sinkhorn"))
    expect(slider).to_have_attribute("aria-valuetext", "0.2")
    turn_to(window, "Distributions")
    expect(selected).to_have_text("Distance")


PRESS_AND_TURN = """(milliseconds) => {
  const tabs = [...document.querySelectorAll('[role=tab]')];
  tabs.find(tab => tab.textContent.trim() == 'Distance').click();
  const turn = () => document.querySelector('a[href$="/transport"]').click();
  setTimeout(turn, milliseconds);
}"""


@pytest.mark.parametrize("milliseconds", [2, 8, 15])
def test_a_tab_that_is_pressed_as_the_page_is_turned_is_open_later(
    open_app, milliseconds
):
    window = open_app("/distributions")
    window.evaluate(PRESS_AND_TURN, milliseconds)
    expect(window).to_have_url(re.compile("/transport"))
    ready(window)
    turn_to(window, "Distributions")
    expect(window.get_by_role("tab", selected=True)).to_have_text("Distance")


TURN_AT_ONCE = """() => {
  const turn = () => {
    const link = document.querySelector('a[href$="/distributions"]');
    const app = document.querySelector('[data-testid=stApp]');
    const rests = app?.dataset.testScriptState?.startsWith('notRunning');
    if (!link || !rests || !document.querySelector('h1')) return setTimeout(turn, 1);
    link.click();
  };
  turn();
}"""


def test_who_turns_the_page_before_it_is_drawn_keeps_the_sample(server, browser):
    for _ in range(6):
        window = browser.new_page()
        window.add_init_script(f"({TURN_AT_ONCE})()")
        window.goto(server + "/transport?seed=7")
        expect(window).to_have_url(re.compile("/distributions"))
        ready(window)
        sample = window.get_by_role("radio", name="Rooms")
        expect(sample).to_be_checked()
        expect(room_number(window)).to_have_value("7")
        window.get_by_role("tab").last.click()
        ready(window)
        expect(sample).to_be_checked()
        window.close()


FOCUS = """() => {
  const on = document.activeElement;
  return [Boolean(on.closest('.modebar')), on.id === 'root' || on === document.body];
}"""


def test_charts_have_no_stops_for_the_tabulator(open_app):
    window = open_app("/inputs")
    expect(window.locator(".modebar")).to_have_count(3)
    window.mouse.move(1, 1)
    stops = 0
    for _ in range(80):
        window.keyboard.press("Tab")
        in_modebar, at_the_end = window.evaluate(FOCUS)
        assert not in_modebar
        stops += 1
        if at_the_end:
            break
    assert stops > 20
    place = chart(window, "pair")
    expect(place.locator(".modebar")).to_be_hidden()
    place.hover()
    expect(place.locator(".modebar")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("/inputs", "Negative log2-likelihood"),
        ("/distributions?tab=Distance", "0 is alike, at most 2"),
    ],
)
def test_no_button_is_called_help_alone(open_app, path, meaning):
    window = open_app(path)
    help_ = window.get_by_role("button", name="Help", exact=True)
    expect(help_).to_have_count(0)
    window.get_by_role("button", name="What they are").press("Enter")
    expect(window.get_by_text(re.compile(meaning)).last).to_be_visible()


def test_tokens_are_picked_by_keyboard_alone(open_app):
    window = open_app("/distributions?tab=Embedding")
    window.get_by_role("button", name="Pick by name").press("Enter")
    window.get_by_role("combobox", name="To", exact=True).focus()
    window.keyboard.press("ArrowDown")
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Enter")
    ready(window)
    window.get_by_role("button", name="Pick them").press("Enter")
    expect(window).to_have_url(re.compile(r"e_pick=\w+~0-2"))
    ready(window)


OVERLAPS = """(chart) => {
  const box = (one) => one.getBoundingClientRect();
  const legend = chart.querySelector('.legend');
  const titles = [...chart.querySelectorAll('.annotation-text')];
  const apart = (a, b) => a.bottom <= b.top + 1 || b.bottom <= a.top + 1 ||
    a.right <= b.left + 1 || b.right <= a.left + 1;
  return titles.filter((one) => legend && !apart(box(one), box(legend)))
    .map((one) => one.textContent);
}"""


@pytest.mark.parametrize(
    "path",
    [
        "/distributions?tab=Training+and+%CE%BB",
        "/distributions?tab=Training+and+%CE%BB&data=utterance",
        "/transport?tab=Convergence&epsilon=0.02",
    ],
)
def test_no_legend_lies_over_a_title(open_app, path):
    window = open_app(path)
    for figure in window.get_by_test_id("stPlotlyChart").all():
        assert figure.evaluate(OVERLAPS) == []
