"""`fusionviz.explain`: exhibits by name, made when asked for, that show themselves."""

import subprocess
import sys

import numpy as np
import pytest

import fusionviz.explain
from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.arrays.example import example_arrays, example_file
from fusionviz.data.arrays.files import arrays_of
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.explain import notebook
from fusionviz.explain.notebook import PLOTLY


@pytest.fixture(autouse=True)
def _checkpoints(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))


@pytest.fixture
def exhibits():
    return fusionviz.explain(example_arrays())


def test_the_name_is_a_package_and_a_function():
    script = (
        "import sys, fusionviz.explain; a = fusionviz.explain; "
        "assert 'plotly' not in sys.modules and 'torch' not in sys.modules; "
        "import fusionviz.explain.files; from fusionviz import explain as b; "
        "assert a is b is sys.modules['fusionviz.explain'] and callable(a); "
        "assert not hasattr(fusionviz, 'explained')"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_nothing_is_made_before_it_is_asked_for(exhibits, monkeypatch):
    made = []
    make = notebook.make_again
    monkeypatch.setattr(
        notebook, "make_again", lambda *a: made.append(a[0].exhibit) or make(*a)
    )
    assert "transport-own" in exhibits
    assert len(exhibits) == len(list(exhibits)) > 10
    assert not made
    first = exhibits["transport-own"]
    assert exhibits["transport-own"] is first
    assert made == ["transport-own"]


def test_it_shows_itself_as_a_figure_as_html_and_in_words(exhibits, monkeypatch):
    monkeypatch.setattr(notebook, "_given", [])
    first, second = (
        exhibits[name]._repr_mimebundle_(include=None, exclude=None)
        for name in ("transport-own", "latents-arrays")
    )
    assert set(first) == {PLOTLY, "text/html", "text/plain"}
    assert first[PLOTLY]["data"]
    assert "plotly.js v" in first["text/html"]  # once, for a saved notebook
    assert "plotly.js v" not in second["text/html"]
    assert "How to read this" in second["text/html"]
    assert "16 rgb tokens" in first["text/plain"]
    assert "transport-own" in exhibits._repr_mimebundle_()["text/html"]


def test_what_can_be_set_is_set_by_name(exhibits):
    made = exhibits.make("attention-brought", layer=1, head=1, query=3)
    expected = example_arrays()["attention"][1, 1, 3]
    np.testing.assert_allclose(made.arrays["row"], expected, rtol=1e-6)
    assert made.recipe.controls["query"] == 3
    with pytest.raises(InputError, match="controls are"):
        exhibits.make("attention-brought", leyer=1)
    with pytest.raises(KeyError, match="exhibits are"):
        exhibits["nothing"]


def test_a_room_a_pair_and_an_utterance_are_explained():
    for sample in (3, render_room(3, (48, 48))):
        pair = fusionviz.explain(
            sample, mango="mango-tiny", alignmamba="alignmamba-tiny"
        )
        assert pair["inputs-pair"].figure.data
        assert pair["attention-gates"].numbers
    spoken = fusionviz.explain(render_utterance(12))
    assert spoken["transport-ribbon"].figure.data


def test_arrays_are_explained_however_they_come(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(example_file())
    checked = ArraysSubject(arrays=arrays_of(example_arrays()), title="a")
    numbers = [
        fusionviz.explain(sample)["transport-own"].numbers
        for sample in (example_arrays(), path, str(path), checked)
    ]
    assert all(one == numbers[0] for one in numbers)


@pytest.mark.parametrize("sample", [3.5, True, None, b"bytes", [1, 2]])
def test_what_cannot_be_explained_is_a_sentence(sample):
    with pytest.raises(InputError, match="what can be explained"):
        fusionviz.explain(sample)


def test_a_file_that_is_not_there_is_a_sentence():
    with pytest.raises(InputError, match="cannot be read"):
        fusionviz.explain("there/is/none.npz")


def test_a_report_has_what_was_looked_at_and_noted(exhibits, tmp_path):
    with pytest.raises(InputError, match="picture"):
        exhibits.report(tmp_path / "r.html")
    _ = exhibits["latents-arrays"]
    path = exhibits.report(tmp_path / "r.html", {"transport-own": "<i>mine</i>"})
    page = path.read_text(encoding="utf-8")
    assert page.count('role="figure"') == 2
    assert "&lt;i&gt;mine&lt;/i&gt;" in page
