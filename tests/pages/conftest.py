from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.helpers.app.pages import run_page


@pytest.fixture(scope="session", autouse=True)
def one_scan() -> Iterator[None]:
    """Look once, and not in every test, for components in all packages there are."""
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


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
