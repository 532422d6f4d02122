from pathlib import Path

import pytest


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a folder for recorded runs, which the app looks into."""
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(tmp_path))
    return tmp_path
