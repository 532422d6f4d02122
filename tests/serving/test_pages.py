"""All pages of an app that has no weights and asks a model server, or finds none."""

import json
import shutil
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from fusionviz.models.serving.server import VARIABLE
from tests.helpers.app.model_server import plain_server
from tests.helpers.app.server import serve
from tests.helpers.app.session import elements, visit

LINKS = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "links.json").read_text(encoding="utf-8")
)
OTHERS = (
    *("/robustness", "/robustness?tab=On+your+sample", "/classroom"),
    *("/classroom?lesson=attention", "/inputs?tab=Time", "/scaling"),
)


@pytest.fixture
def cards(tmp_path, tiny_checkpoints) -> Path:
    """Models without their weights."""
    folder = tmp_path / "cards"
    folder.mkdir()
    for path in tiny_checkpoints.glob("*.json"):
        shutil.copy(path, folder)
    return folder


PAGES = [(one["link"], one["charts"]) for one in LINKS] + [(one, 0) for one in OTHERS]
"""Addresses, and how many charts they have at least."""


def of_others(page: str) -> str:
    """Return a page's address with samples that it has not shown yet."""
    path, _, query = page.partition("?")
    return (
        f"{path}?{urlencode({**dict(parse_qsl(query)), 'seed': 17, 'utterance': 19})}"
    )


def test_every_page_asks_and_says_when_nobody_answers(
    tmp_path, monkeypatch, tiny_checkpoints, cards
):
    with plain_server(tiny_checkpoints) as models:
        monkeypatch.setenv(VARIABLE, models.address)
        with serve(tmp_path, cards) as app:
            for page, charts in PAGES:
                answers = visit(app.address, page)
                assert not elements(answers, "exception"), (page, app.log.read_text())
                told = " ".join(one.body for one in elements(answers, "alert"))
                assert "model server" not in told, page
                assert len(elements(answers, "plotly_chart")) >= charts, page
            state = models.runner.state
            assert set(state["loads"].values()) == {1}
            assert set(state["loads"]) >= {"mango-tiny", "alignmamba-tiny"}
            models.close()
            told = 0
            for page, _ in PAGES:
                answers = visit(app.address, of_others(page))
                assert not elements(answers, "exception"), (page, app.log.read_text())
                told += any(
                    "model server" in one.body for one in elements(answers, "alert")
                )
            assert told > 10
            assert "Traceback" not in app.log.read_text()
