from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.tiny_models import write_tiny_checkpoints

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tiny_checkpoints(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    write_tiny_checkpoints(folder)
    return folder


@pytest.fixture
def run_app(monkeypatch, tiny_checkpoints) -> Callable[..., AppTest]:
    """Run a script of the project: `run_app("app.py", address={"seed": "3"})`."""

    def run(
        script: str = "app.py",
        *,
        address: dict[str, str] | None = None,
        checkpoints: Path = tiny_checkpoints,
    ) -> AppTest:
        monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(checkpoints))
        app = AppTest.from_file(ROOT / script, default_timeout=120)
        for name, value in (address or {}).items():
            app.query_params[name] = value
        return app.run()

    return run
