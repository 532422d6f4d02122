"""Nobody else's package is imported while pages are drawn, in several threads."""

import ast
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from fusionviz.ui import warm_up
from fusionviz.ui.shared.frame.navigation import PAGES
from tests.helpers.app.pages import ROOT

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
    *("cffi", "_cffi_backend", "pycparser"),
}
"""Packages of which single modules may come later: each of them imports what is there
already, and numba's come under its own lock, when it compiles; so does cffi, where it
is installed, which numba alone asks for."""


def test_what_pages_import_is_there_before_they_are_drawn(tiny_checkpoints):
    told = subprocess.run(
        [sys.executable, "-m", "tests.helpers.app.late_imports", *LINKS],
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


SLOW = {"sklearn", "ot", "umap", "scipy.stats"}
"""They take seconds, and come by one door."""


def test_the_ui_and_its_pages_import_neither_sklearn_nor_scipy_stats():
    pages = "".join(f"import fusionviz.ui.{line.stem}.page\n" for line in PAGES)
    script = (
        f"import sys\nimport fusionviz.ui\n{pages}"
        "import fusionviz.ui.shared.frame.navigation\n"
        f"print(sorted({SLOW!r} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True
    )
    assert told.stdout.strip() == b"[]"


def test_what_takes_seconds_is_imported_by_one_door_alone():
    found = {}
    for path in (ROOT / "fusionviz").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            for name in names:
                if SLOW & {name, name.split(".")[0], ".".join(name.split(".")[:2])}:
                    found.setdefault(path.name, []).append(name)
    assert set(found) == {"late.py"}
    assert {"ot", "umap"} <= set(found["late.py"])


def test_what_is_slow_the_first_time_is_begun_once_whoever_comes(monkeypatch):
    begun = []
    monkeypatch.setattr(warm_up, "_begun", [])
    monkeypatch.setattr(warm_up, "warm_up", lambda: begun.append(1))
    monkeypatch.setattr(warm_up, "WAIT_SECONDS", 0.0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: warm_up.begin(), range(32)))
    (timer,) = warm_up._begun
    timer.join()
    assert begun == [1]


def test_it_warms_what_it_says():
    script = (
        "import sys\nfrom fusionviz.ui.warm_up import warm_up\n"
        "before = {'ot', 'sklearn.linear_model'} & set(sys.modules)\nwarm_up()\n"
        "print(before, sorted({'ot', 'sklearn.linear_model'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True
    )
    assert told.stdout.split() == [b"set()", b"['ot',", b"'sklearn.linear_model']"]


def test_a_page_waits_for_the_libraries_that_another_imports():
    pages = ["app.py", *(f"pages/{line.stem}.py" for line in PAGES)]
    told = subprocess.run(
        [sys.executable, "-m", "tests.helpers.app.pages_in_threads", *pages],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "Traceback" not in told.stderr, told.stderr
    assert told.stdout.split() == []


def test_packages_of_ours_that_import_their_own_modules_are_there_before_pages():
    """Two threads, one after the package and one after a module of it, would block."""
    script = """
import ast, sys
from pathlib import Path
import fusionviz.ui.libraries
there = set(sys.modules)
for page in sys.argv[1:]:
    tree = ast.parse(Path(page).read_text())
    tree.body = [one for one in tree.body if isinstance(one, ast.ImportFrom)]
    exec(compile(tree, page, "exec"), {})
for name in sorted(set(sys.modules) - there):
    module = sys.modules[name]
    if name.startswith("fusionviz.") and hasattr(module, "__path__"):
        body = ast.parse(Path(module.__file__).read_text()).body
        own = [one.module for one in body if isinstance(one, ast.ImportFrom)]
        if any(str(one).startswith(name + ".") for one in own):
            print(name)
"""
    pages = ["app.py", *(f"pages/{line.stem}.py" for line in PAGES)]
    told = subprocess.run(
        [sys.executable, "-c", script, *pages],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == []
