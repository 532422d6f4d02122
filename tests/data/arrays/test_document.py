"""docs/own-models.md: its example runs, and its tables are the keys' own."""

import re
from pathlib import Path

import numpy as np

from fusionviz.data.arrays.files import read_arrays
from fusionviz.data.arrays.keys import KEYS

DOCUMENT = Path(__file__).parents[3] / "docs" / "own-models.md"


def test_its_example_is_read_without_a_note(tmp_path, monkeypatch):
    text = DOCUMENT.read_text(encoding="utf-8")
    (code,) = re.findall(r"tests run this -->\n```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    found = read_arrays(Path("arrays.npz").read_bytes())
    assert not found.notes
    assert {"attention", "plan", "latents", "prediction"} <= set(found.keys)
    assert found.plan.target_labels == ("a", "lamp", "above", "sofas")
    with np.load("arrays.npz") as file:
        assert set(file.files) == set(found.shapes)


def test_its_table_has_every_key_with_its_axes_and_pages():
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \|.*\| ([^|]+) \|$",
        DOCUMENT.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    told = {name: (axes.strip(), pages.strip()) for name, axes, pages in rows}
    for key in KEYS:
        assert told[key.name] == (key.axes, ", ".join(key.pages))
