"""No pickle is loaded anywhere: looked for in the code, and tried."""

import ast
import io
import json
import pickle
import warnings
import zipfile
from hashlib import sha256

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.latent_statistics import load_statistics
from fusionviz.analysis.shared.limits import load_limits
from fusionviz.data.attention.files import read_attention
from fusionviz.data.files.pickled import read_pickle
from fusionviz.data.rgbd_files import read_pair
from fusionviz.data.sequences.files import read_sequences
from fusionviz.data.sets.mmsa import load_mmsa
from fusionviz.errors import FusionvizError
from fusionviz.explain.command import read_recipe
from fusionviz.lessons.library import load_lesson
from fusionviz.models.checkpoints import list_checkpoints, load_checkpoint
from fusionviz.scaling.runs import read_run
from fusionviz.training.loop.state import FILE_NAME, read_state
from fusionviz.training.recipes import load_recipe
from fusionviz.training.robustness.report import read_report
from tests.helpers.app.pages import ROOT

READER = "fusionviz/data/files/pickled.py"
"""The one module that looks into pickles: it runs nothing of them."""

# `benchmark NAME` imports a module of the project's own, of a table.

RUN_CODE = {
    *("pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve"),
    *("marshal", "pickletools", "jsonpickle", "yaml", "ruamel"),
}
CALLS = {"eval", "exec", "execfile", "compile", "__import__"}
LOADS = {"torch.load", "torch.hub.load", "pd.read_pickle", "pandas.read_pickle"}


def dangers_in(source):
    """Return what in a module could run what a file holds."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
            yield from (name for name in names if name in RUN_CODE)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module.split(".")[0] in RUN_CODE:
                yield node.module
        elif isinstance(node, ast.Call):
            yield from _dangers_of(node)


def _dangers_of(call):
    owner = ast.unparse(call.func)
    if owner in CALLS or owner.split(".")[-1] == "import_module":
        yield owner
    if owner in LOADS:
        yield owner
    for keyword in call.keywords:
        is_false = isinstance(keyword.value, ast.Constant) and not keyword.value.value
        if keyword.arg == "allow_pickle" and not is_false:
            yield f"{owner} with allow_pickle"
        if keyword.arg == "weights_only" and is_false:
            yield f"{owner} without weights_only"


def test_no_module_loads_pickles():
    found = {}
    paths = [ROOT / "app.py"]
    for folder in ("fusionviz", "pages", "benchmarks"):
        paths += sorted((ROOT / folder).rglob("*.py"))
    for path in paths:
        name = str(path.relative_to(ROOT))
        dangers = sorted(set(dangers_in(path.read_text())))
        if dangers:
            found[name] = dangers
    assert found == {READER: ["pickle", "pickletools"]}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "import os, marshal",
        "eval(text)",
        "importlib.import_module(name)",
    ],
)
def test_what_loads_pickles_is_found(source):
    assert list(dangers_in(source))


def test_what_does_not_is_not():
    source = (
        "np.load(path, allow_pickle=False)\nimport json\nmodel.eval()\nre.compile(x)"
    )
    assert not list(dangers_in(source))


class Trap:
    """An object that leaves a file when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.fixture
def traps(tmp_path):
    """Every way of wrapping a trap, by name, and the file that it would leave."""
    sprung = tmp_path / "sprung"
    trap = Trap(sprung)
    objects = np.array([[trap, trap], [trap, trap]], object)
    npy, npz, saved = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(npy, objects, allow_pickle=True)
    np.savez(npz, depth=objects, attention=objects, text=objects, recipe=objects)
    torch.save({"weight": trap}, saved)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("text.csv", pickle.dumps(trap))
        archive.writestr("depth.npy", npy.getvalue())
    files = {
        **{f"pickle {n}": pickle.dumps(trap, n) for n in range(6)},
        "npy": npy.getvalue(),
        "npz": npz.getvalue(),
        "torch": saved.getvalue(),
        "zip": zipped.getvalue(),
    }
    return files, sprung


def test_a_trap_springs_where_pickles_are_loaded(traps):
    files, sprung = traps
    pickle.loads(files["pickle 2"]).close()
    assert sprung.exists()


def _attempts(data, folder):
    """Yield every way in which bytes can come in."""
    path = folder / "mine"

    def written(suffix):
        file = path.with_suffix(suffix)
        file.write_bytes(data)
        return file

    yield lambda: read_pair(data, None)
    yield lambda: read_pair(None, data)
    yield lambda: read_attention(data)
    for name in ("a.npz", "a.npy", "a.zip", "audio.csv", "a.pkl"):
        yield lambda name=name: read_sequences({name: data})
    yield lambda: read_pickle(data, "a.pkl")
    yield lambda: read_recipe(written(".npz"))
    yield lambda: read_recipe(written(".json"))
    yield lambda: load_recipe(written(".toml"))
    yield lambda: load_lesson(written(".toml"))
    yield lambda: read_report(written(".json"))
    yield lambda: read_run(written(".json"))
    yield lambda: read_state(_named(folder / "run", FILE_NAME, data))
    pickled = _named(folder / "a", "aligned_50.pkl", data) / "aligned_50.pkl"
    yield lambda: load_mmsa("train", file=pickled)
    card = json.loads((ROOT / "checkpoints" / "mango-rooms.json").read_text())
    card |= {"name": "mine", "sha256": sha256(data).hexdigest()}
    kept = _named(folder / "kept", "mine.json", json.dumps(card).encode())
    for suffix, load in (
        (".safetensors", load_checkpoint),
        (".limits.safetensors", load_limits),
        (".latents.safetensors", load_statistics),
    ):
        _named(kept, f"mine{suffix}", data)
        yield lambda load=load: load(kept / "mine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield lambda: list_checkpoints(_named(folder / "cards", "a.json", data))


def _named(folder, name, data):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return folder


def test_no_way_in_runs_a_pickle(traps, tmp_path):
    files, sprung = traps
    count = 0
    for name, data in files.items():
        for attempt in _attempts(data, tmp_path):
            count += 1
            try:
                attempt()
            except FusionvizError:
                pass
            except Exception as error:
                raise AssertionError(f"{name}: {error!r}") from error
            assert not sprung.exists(), name
    assert count > 150
