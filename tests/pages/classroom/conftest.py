"""A folder with one small lesson, and the Classroom page run on it."""

import pytest

from fusionviz.lessons import library
from tests.helpers.lessons import TINY


@pytest.fixture
def open_card(run_app, tmp_path, monkeypatch):
    """Open the Classroom without a browser: `open_card(card="2", present="1")`."""
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    monkeypatch.setenv(library.VARIABLE, str(tmp_path))

    def open_(**address: str):
        return run_app("pages/classroom.py", address={"lesson": "tiny", **address})

    return open_
