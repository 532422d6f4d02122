"""Nobody else's package is imported while pages are drawn, in several threads."""

import os
import subprocess
import sys

from fusionviz.ui.shared.frame import PAGES
from tests.helpers.pages import ROOT

LINKS = (
    "/inputs",
    "/latents?tab=Traverse",
    "/latents?tab=Trust&trust_view=Like+N%280%2C+1%29%3F",
    "/attention",
    "/attention?tab=Across+layers",
    "/transport",
    "/transport?tab=On+the+data&data=utterance&d_solver=exact",
    "/distributions?data=utterance",
    "/distributions?tab=Distance",
    "/scaling?tab=Why",
)
LEAVES = {
    *("fusionviz", "streamlit", "packaging"),
    *("plotly", "_plotly_utils", "narwhals", "numba"),
}
"""Packages of which single modules may come later: each of them imports what is there
already, and numba's come under its own lock, when it compiles."""


def test_what_pages_import_is_there_before_they_are_drawn(tiny_checkpoints):
    told = subprocess.run(
        [sys.executable, "-m", "tests.helpers.late_imports", *LINKS],
        cwd=ROOT,
        env={**os.environ, "FUSIONVIZ_CHECKPOINTS": str(tiny_checkpoints)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    late = told.stdout.split()
    assert "fusionviz.ui.transport.page" in late  # it does tell
    others = {
        name
        for name in late
        if name.split(".")[0] not in LEAVES | sys.stdlib_module_names
    }
    assert sorted(others) == []


def test_a_page_waits_for_the_libraries_that_another_imports():
    pages = ["app.py", *(f"pages/{line.stem}.py" for line in PAGES)]
    told = subprocess.run(
        [sys.executable, "-m", "tests.helpers.pages_in_threads", *pages],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "Traceback" not in told.stderr, told.stderr
    assert told.stdout.split() == []
