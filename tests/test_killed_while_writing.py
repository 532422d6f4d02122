"""Whoever is killed while writing a result leaves the old file or the new one."""

import ast
import threading
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from benchmarks import side_by_side
from fusionviz.cli.benchmark import _record
from fusionviz.data.sets.rooms import _write_png
from fusionviz.exhibits.kinds import KINDS
from fusionviz.exhibits.shared.exhibit import Exhibit, SubjectName
from fusionviz.explain.writing import default_recipe, write_exhibit, write_index
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint, save_checkpoint
from fusionviz.training.loop.log import TrainingLog, read_rows
from fusionviz.training.loop.state import Position, read_state, write_state
from fusionviz.whole_files import replace_file
from tests.helpers.app.pages import ROOT
from tests.helpers.killed import is_killed_after
from tests.helpers.robustness_reports import tiny_report
from tests.helpers.scaling_runs import known_run
from tests.helpers.tiny_models import tiny_mango

RESULT = {"name": "sinkhorn", "rows": [], "note": "x" * 500}
KIND = KINDS[0]
NOTHING = SubjectName(checkpoint=None, weights_sha256=None, sample={})
RECIPE = default_recipe(KIND, NOTHING)


def exhibit(number):
    figure = go.Figure(go.Bar(y=[number] * 9))
    arrays = {"y": np.ones(9)}
    return Exhibit(draw=lambda: figure, alt=f"a{number}", caption="c", arrays=arrays)


def pixels(number):
    return np.random.default_rng(number).integers(0, 255, (40, 40, 3), np.uint8)


def checkpoint(folder, number):
    save_checkpoint(tiny_mango(number), ModelCard(name="tiny"), folder)


WRITERS = {
    "report": lambda f, n: replace(tiny_report(), seconds=n).save(
        f / "robustness.json"
    ),
    "run": lambda f, n: known_run(times=n).save(f / "scaling.json"),
    "benchmark": lambda f, n: _record({**RESULT, "n": n}, f),
    "figures": lambda f, n: write_exhibit(f, exhibit(n), RECIPE, pictures=False),
    "index": lambda f, n: write_index(f, f"title {n}", {KIND.name: exhibit(n)}),
    "state": lambda f, n: write_state(
        f, Position(step=n), {"model.a": torch.full((50,), float(n))}
    ),
    "picture": lambda f, n: _write_png(f / "1.png", pixels(n)),
    "checkpoint": checkpoint,
}


def files_of(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix != ".part"}


@pytest.mark.parametrize("name", WRITERS)
def test_files_are_the_old_ones_or_the_new_ones(name, tmp_path):
    write, folder, new = WRITERS[name], tmp_path / "here", tmp_path / "new"
    for place in (folder, new):
        place.mkdir()
    write(folder, 1)
    old = files_of(folder)
    write(new, 2)
    wanted = files_of(new)
    assert old.keys() == wanted.keys()
    assert old != wanted
    sizes = {len(data) for name, data in wanted.items() if data != old[name]}
    for limit in sorted({1, 100, *(n // 2 for n in sizes), *(n - 1 for n in sizes)}):
        is_killed = is_killed_after(limit, lambda: write(folder, 2))
        assert is_killed == (limit < max(sizes))
        there = files_of(folder)
        assert there.keys() == old.keys()
        for file, data in there.items():
            assert data in (old[file], wanted[file]), (file, limit)
    write(folder, 2)  # what a killed one left is not in the way
    assert files_of(folder) == wanted


def test_a_file_that_was_not_there_is_there_whole_or_not_at_all(tmp_path):
    for limit in (1, 500, 999):
        assert is_killed_after(
            limit, lambda: replace_file(tmp_path / "a.json", "x" * 1000)
        )
        assert files_of(tmp_path) == {}


def test_a_checkpoint_of_which_one_file_is_new_is_refused_or_whole(tmp_path):
    checkpoint(tmp_path, 1)
    before = load_checkpoint(tmp_path / "tiny", "cpu").card
    size = (tmp_path / "tiny.safetensors").stat().st_size
    assert is_killed_after(size - 1, lambda: checkpoint(tmp_path, 2))
    assert load_checkpoint(tmp_path / "tiny", "cpu").card == before


def test_a_state_that_was_killed_is_the_one_before(tmp_path):
    write_state(tmp_path, Position(step=5), {"model.a": torch.ones(500)})
    write = lambda: write_state(  # noqa: E731
        tmp_path, Position(step=6), {"model.a": torch.zeros(500)}
    )
    assert is_killed_after(900, write)
    position, tensors = read_state(tmp_path)
    assert position.step == 5
    assert tensors["model.a"].min() == 1


def test_a_log_that_is_opened_again_loses_no_row(tmp_path):
    log = TrainingLog(tmp_path)
    for step in range(1, 60):
        log.write(1, step, 0.1, {"loss": step / 7})
    log.close()
    rows = read_rows(tmp_path / "log.csv")
    assert len(rows) == 59
    for limit in (1, 300, 900):
        assert is_killed_after(limit, lambda: TrainingLog(tmp_path, stage=1, step=59))
        assert read_rows(tmp_path / "log.csv") == rows


def test_two_who_write_one_file_do_not_mix(tmp_path):
    texts = {letter * 300_000 for letter in "abcd"}
    path, mixed = tmp_path / "a.txt", []

    def write(text):
        for _ in range(40):
            replace_file(path, text)
            if path.read_text() not in texts:
                mixed.append(text)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not mixed
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    replace_file(path, "old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "\ud800")
    with pytest.raises(OSError, match="No such file"):
        replace_file(tmp_path / "nowhere" / "a.txt", "new")
    assert files_of(tmp_path) == {"a.txt": b"old"}


ALLOWED = {
    "fusionviz/whole_files.py": "it is what writes whole files",
    "fusionviz/training/loop/log.py": "rows are added, and a cut one is left out",
    "fusionviz/training/feature_cache.py": "a draft, renamed",
    "fusionviz/data/sets/room_cache.py": "a draft, renamed",
    "fusionviz/data/words/features.py": "a draft, renamed, after what goes with it",
    "fusionviz/scaling/memory.py": "/proc",
    "benchmarks/scan.py": "/proc",
}
WRITES = {"write_text", "write_bytes", "write_html", "write_image", "save_file"}
ARRAYS = {"save", "savez", "savez_compressed", "savetxt", "tofile"}


def writes_in(path):
    """Return the lines in which a module writes a file itself."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        words = [a.value for a in node.args if isinstance(a, ast.Constant)]
        words += [k.value.value for k in node.keywords
                  if k.arg == "mode" and isinstance(k.value, ast.Constant)]  # fmt: skip
        opens = name in ("open", "fdopen") and any(
            str(word).strip("b+t") in ("w", "a", "x") for word in words
        )
        of_numpy = name in ARRAYS and getattr(node.func, "value", None) is not None
        of_numpy = of_numpy and getattr(node.func.value, "id", "") == "np"
        is_method = isinstance(node.func, ast.Attribute)
        if (is_method and name in WRITES) or opens or of_numpy:
            yield node.lineno


def test_results_are_written_by_one_function():
    found = {}
    for folder in ("fusionviz", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            lines = list(writes_in(path))
            if lines and name not in ALLOWED:
                found[name] = lines
    # Into memory, not into a file.
    for name in (
        "fusionviz/explain/files.py",
        "fusionviz/data/attention/files.py",
        "fusionviz/training/kept_parts.py",
        "fusionviz/training/processes.py",
    ):
        found.pop(name, None)
    for name in ("utterances", "arrays"):
        found.pop(f"fusionviz/data/{name}/example.py", None)
    assert found == {}


def test_a_module_that_writes_a_file_itself_is_found(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(
        'open("a", "w")\nPath("b").open(mode="wb")\nopen("c")\np.write_text("d")\n'
        'np.save("e", x)\nopen("f", "rb")\n'
    )
    assert sorted(writes_in(path)) == [1, 2, 4, 5]


def test_benchmarks_write_whole_files_too(tmp_path, monkeypatch):
    monkeypatch.setattr(side_by_side, "RESULTS", tmp_path)
    side_by_side.save(RESULT)
    old = files_of(tmp_path)
    assert is_killed_after(50, lambda: side_by_side.save({**RESULT, "note": "y" * 500}))
    assert files_of(tmp_path) == old
