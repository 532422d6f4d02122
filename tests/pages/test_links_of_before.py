"""Links that were shared before the code was put into folders by subject.

That version opened each link of `tests/fixtures/links.json`, and what its controls said
then was noted: those that differ from what the page says without the link.
"""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.helpers.app.pages import open_link

LINKS = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "links.json").read_text(encoding="utf-8")
)
WIDGETS = (
    *("selectbox", "slider", "select_slider", "number_input", "multiselect"),
    *("toggle", "segmented_control", "pills", "checkbox", "text_input", "radio"),
)


def widgets(app) -> list:
    return [one for kind in WIDGETS for one in app.get(kind)]


@pytest.mark.parametrize("link", LINKS, ids=[one["link"][:50] for one in LINKS])
def test_it_shows_what_it_showed(monkeypatch, tiny_checkpoints, link):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    app = open_link(link["link"])
    assert not app.exception
    values = {one.key: one.value for one in widgets(app)}
    assert {key: values.get(key) for key in link["controls"]} == link["controls"]
    assert len(app.get("plotly_chart")) >= link["charts"]
    said = parse_qs(urlsplit(link["link"]).query)
    assert said.keys() - {"tab"} <= set(app.query_params)
    # Told a value again, a control would forget what was pressed in the meantime.
    app.run()
    movable = [one for one in widgets(app) if not one.proto.disabled]
    assert [one.key for one in movable if one.proto.set_value] == []


def test_they_are_of_every_page():
    assert {urlsplit(one["link"]).path for one in LINKS} == {
        f"/{page}"
        for page in ("inputs", "latents", "attention", "transport", "distributions")
    }
