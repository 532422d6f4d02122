from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.pages import run_page


@pytest.fixture
def run_app(monkeypatch, tiny_checkpoints) -> Callable[..., AppTest]:
    """Run a script of the project: `run_app("app.py", address={"seed": "3"})`."""

    def run(
        script: str = "app.py",
        *,
        address: Mapping[str, str | Sequence[str]] | None = None,
        checkpoints: Path = tiny_checkpoints,
    ) -> AppTest:
        monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(checkpoints))
        return run_page(script, address or {})

    return run
