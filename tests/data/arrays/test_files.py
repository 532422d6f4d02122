"""A model's arrays as a file: what is read, what is told, what is refused by key."""

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save as save_tensors

from fusionviz.data.arrays.example import example_arrays, example_file
from fusionviz.data.arrays.files import arrays_of, read_arrays
from fusionviz.data.arrays.keys import KEYS, say_absent
from fusionviz.errors import InputError
from tests.fuzz.sequences import npz, safetensors


def uniform(*shape):
    return np.full(shape, 1 / shape[-1], np.float32)


def test_the_example_has_every_key_and_nothing_odd():
    found = read_arrays(example_file())
    named = {key if "tokens" not in key else "tokens_NAME" for key in found.keys}
    assert named == {key.name for key in KEYS}
    assert not found.notes
    assert found.plan.source == "rgb"
    assert found.plan.target_labels == ("a", "lamp", "above", "sofas")
    assert found.attention.grid == (4, 4)
    assert found.prediction.classes[2] == "living room"


def test_safetensors_and_npz_say_the_same():
    first, second = (
        read_arrays(data) for data in (example_file(), safetensors(example_arrays()))
    )
    assert set(first.keys) == set(second.keys)
    assert first.labels == second.labels
    assert first.plan.source_labels == second.plan.source_labels
    assert first.attention.queries == second.attention.queries
    assert first.attention.grid == second.attention.grid
    np.testing.assert_array_equal(first.plan.mass, second.plan.mass)
    np.testing.assert_array_equal(first.rgb, second.rgb)
    np.testing.assert_array_equal(first.tokens["text"], second.tokens["text"])


def test_bfloat16_is_widened():
    values = torch.tensor([[1.5, -2.0, 3.25]], dtype=torch.bfloat16)
    found = read_arrays(save_tensors({"latents": values}))
    np.testing.assert_array_equal(found.latents, [[1.5, -2.0, 3.25]])


FAULTS = [
    ("attention", np.ones(3), "(3,)", "(layer, head, query, key)"),
    ("attention", np.full((2, 2), np.inf), "", "infinite"),
    ("attention", np.full((2, 2), np.nan), "", "nothing but NaN"),
    ("attention", np.zeros((0, 2)), "(0, 2)", "none of them 0"),
    ("attention", np.array([["a"]]), "", "no real numbers"),
    ("plan", np.ones(4), "(4,)", "(source, target)"),
    ("plan", np.zeros((2, 3)), "(2, 3)", "no mass"),
    ("plan", -np.eye(2), "(2, 2)", "not negative"),
    ("plan", np.array([[1, np.nan]]), "(1, 2)", "first at [0, 1]"),
    ("plan", np.ones((1, 3000)), "(1, 3000)", "2048"),
    ("tokens_text", np.ones((2, 3, 4)), "(2, 3, 4)", "(token, channel)"),
    ("tokens_text", np.ones((0, 4)), "(0, 4)", "(token, channel)"),
    ("tokens_text", np.full((2, 2), np.inf), "(2, 2)", "not finite"),
    ("tokens_text", np.full((2, 2), 1e300), "(2, 2)", "not finite"),
    ("tokens_text", np.ones((3000, 1)), "(3000, 1)", "2048"),
    ("tokens_text", np.array([["a"]]), "(1, 1)", "text"),
    ("latents", np.float32(1), "()", "(token, channel)"),
    ("latents", np.array([[np.nan]]), "(1, 1)", "not finite"),
    ("prediction", np.ones((2, 2, 2, 2)), "(2, 2, 2, 2)", "(class, height, width)"),
    ("prediction", np.array([[300]] * 2), "(2, 1)", "300"),
    ("prediction", np.array([[-5]] * 2), "(2, 1)", "-5"),
    ("prediction", np.array([np.nan]), "(1,)", "not finite"),
    ("rgb", np.ones((4, 4)), "(4, 4)", "(height, width, 3)"),
    ("rgb", np.random.default_rng(0).normal(size=(4, 4, 3)), "(4, 4, 3)", "normaliz"),
    ("depth", np.ones((3, 3), np.uint16), "(3, 3)", "metre"),
    ("depth", np.ones(3), "(3,)", "(height, width)"),
    ("depth", np.zeros((3, 3)), "(3, 3)", "nothing measured"),
    ("plan_between", np.array(["a"]), "(1,)", "two different names"),
]


@pytest.mark.parametrize(("key", "values", "shape", "expected"), FAULTS)
def test_a_fault_names_the_key_its_shape_and_what_was_expected(
    key, values, shape, expected
):
    named = {key: np.asarray(values)}
    if key == "plan_between":
        named["plan"] = np.eye(2)
    with pytest.raises(InputError) as told:
        arrays_of(named)
    sentence = str(told.value)
    assert key in sentence
    assert shape in sentence
    assert expected in sentence
    assert sentence.endswith(".")
    with pytest.raises(InputError, match=key):
        read_arrays(npz(**named))


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as told:
        arrays_of({"plan": np.ones(2), "rgb": np.ones(2), "latents": np.eye(2)})
    assert "plan has shape" in str(told.value)
    assert "rgb has shape" in str(told.value)
    assert "latents" not in str(told.value)


NOTES = [
    ("attention", np.full((1, 1, 3, 3), 0.2), "do not add up to 1 (0.6 to 0.6)"),
    ("attention", np.array([[-0.5, 1.5], [0, 1.0]]), "negative"),
    ("attention", np.array([[1.0, np.nan], [0.5, 0.5]]), "NaN"),
    ("plan", np.full((2, 2), 3.0), "adds up to 12"),
    ("plan", np.array([[1.0, 0], [0, 0]]), "1 of 2 source tokens send nothing"),
    ("plan", np.array([[1.0, -1e-9]]), "rounding"),
    ("tokens_text", np.zeros((3, 2)), "are 0"),
    ("tokens_text", np.ones((1, 3, 2)), "batch"),
    ("latents", np.ones((2, 3, 4)), "last axis"),
    ("prediction", np.array([2.0, -1.0]), "no probabilities"),
    ("rgb", np.ones((3, 5, 6)), "put last"),
    ("rgb", np.ones((5, 6, 4), np.uint8), "fourth channel"),
    ("depth", np.array([[np.nan, 2.0]]), "50.0%"),
    ("labels_text", np.array(["a"]), "1 labels for 2 tokens"),
    ("atention", np.ones(2), "perhaps attention"),
]


@pytest.mark.parametrize(("key", "values", "told"), NOTES)
def test_what_is_odd_is_told_and_shown(key, values, told):
    usual = {"tokens_rgb": np.eye(3), "tokens_text": np.eye(2)}
    found = arrays_of({**usual, key: values})
    assert any(told in note for note in found.notes[key]), found.notes


def test_masked_rows_are_not_odd():
    causal = np.where(np.tri(3, dtype=bool), 1 / np.arange(1, 4)[:, None], np.nan)
    (told,) = arrays_of({"attention": causal[None]}).notes["attention"]
    assert "NaN" in told


def test_a_plan_is_divided_by_its_mass_and_keeps_it():
    plan = arrays_of({"plan": np.array([[1, 2], [3, 4]])}).plan
    np.testing.assert_allclose(plan.mass, [[0.1, 0.2], [0.3, 0.4]])
    assert plan.total == 10
    assert (plan.source, plan.target) == ("source", "target")
    assert plan.target_labels == ("token 1", "token 2")


def test_sides_of_a_plan_are_found_by_their_counts():
    tokens = {"tokens_rgb": np.ones((5, 2)), "tokens_text": np.ones((3, 2))}
    labels = {"labels_text": np.array(list("abc"))}
    plan = arrays_of({**tokens, **labels, "plan": uniform(3, 5)}).plan
    assert (plan.source, plan.target) == ("text", "rgb")
    assert plan.source_labels == ("a", "b", "c")
    other = arrays_of({**tokens, "plan": uniform(4, 5)}).plan
    assert (other.source, other.target) == ("source", "target")


def test_a_plan_between_sides_of_other_lengths_is_refused():
    named = {"tokens_rgb": np.ones((5, 2)), "plan": uniform(4, 4)}
    with pytest.raises(InputError, match=r"plan has shape \(4, 4\).*5 tokens.*rgb"):
        arrays_of({**named, "plan_between": np.array(["rgb", "text"])})


@pytest.mark.parametrize(
    ("values", "kind", "shape"),
    [
        (np.float32(0.3), "scores", (1,)),
        (np.array([0.2, 0.8]), "scores", (2,)),
        (np.array([[0, 1], [2, -1]]), "classes", (2, 2)),
        (np.ones((2, 3)), "map", (2, 3)),
        (np.random.default_rng(0).normal(size=(4, 3, 5)), "classes", (3, 5)),
        (np.random.default_rng(0).normal(size=(1, 4, 3, 5)), "classes", (3, 5)),
    ],
)
def test_a_prediction_is_told_by_its_axes(values, kind, shape):
    prediction = arrays_of({"prediction": values}).prediction
    assert prediction.kind == kind
    assert prediction.values.shape == shape


def test_scores_of_pixels_become_classes_with_their_probability():
    scores = np.random.default_rng(1).normal(size=(4, 3, 5))
    prediction = arrays_of({"prediction": scores}).prediction
    expected = torch.softmax(torch.from_numpy(scores), 0).max(0)
    np.testing.assert_array_equal(prediction.values, expected.indices)
    np.testing.assert_allclose(prediction.confidence, expected.values, rtol=1e-5)


def test_pictures_of_two_sizes_are_refused():
    with pytest.raises(InputError, match=r"depth has shape \(4, 5\) and rgb is"):
        arrays_of({"rgb": np.ones((4, 4, 3)), "depth": np.ones((4, 5))})


def test_colours_are_the_same_however_they_come():
    whole = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    for values in (whole, whole / 255, np.moveaxis(whole, 2, 0), whole[None]):
        found = arrays_of({"rgb": values}).rgb
        np.testing.assert_array_equal(found, whole)


class Bomb:
    """What runs code when it is unpickled."""

    def __reduce__(self):
        return Path.touch, (Path("unpickled"),)


@pytest.mark.parametrize("key", ["tokens_text", "attention", "labels_text"])
def test_objects_are_refused_by_their_key_and_not_run(key, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    objects = np.array([[Bomb(), 1]], dtype=object)
    with pytest.raises(InputError, match=f"{key} has shape .* objects"):
        read_arrays(npz(**{key: objects}))
    with pytest.raises(InputError, match="pickle"):
        read_arrays(pickle.dumps({key: Bomb()}))
    assert not (tmp_path / "unpickled").exists()


def test_pytorch_files_are_refused(tmp_path):
    path = tmp_path / "model.pt"
    torch.save({"attention": torch.ones(2, 2)}, path)
    with pytest.raises(InputError, match="PyTorch"):
        read_arrays(path.read_bytes())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"hello", "text file"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04 cut", "damaged"),
        (b"\x10\0\0\0\0\0\0\0{not json at all", "damaged"),
        (npz(), "without arrays"),
    ],
)
def test_other_files_are_refused_in_a_sentence(data, told):
    with pytest.raises(InputError, match=told) as found:
        read_arrays(data)
    assert str(found.value).endswith(".")


def test_nothing_that_pages_show_is_a_sentence_with_what_may_be_meant():
    with pytest.raises(InputError, match="perhaps attention is meant"):
        read_arrays(npz(atention=np.eye(3)))
    with pytest.raises(InputError, match="found: classes"):
        read_arrays(npz(classes=np.array(["a"])))


def test_a_header_that_announces_much_is_refused_before_it_is_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        head = "{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 100000)}"
        text = head.ljust(117) + "\n"
        start = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little")
        archive.writestr("tokens_text.npy", start + text.encode() + bytes(64))
    with pytest.raises(InputError, match=r"40000 MB, tokens_text alone"):
        read_arrays(buffer.getvalue())


def test_a_bomb_of_zeros_is_refused():
    buffer = io.BytesIO()
    zeros = np.zeros((70_000_000,), np.float32)
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("latents.npy", "w", force_zip64=True) as stream,
    ):
        np.lib.format.write_array(stream, zeros, allow_pickle=False)
    assert len(buffer.getvalue()) < 1_000_000
    with pytest.raises(InputError, match="280 MB"):
        read_arrays(buffer.getvalue())


def test_a_cut_safetensors_file_is_refused():
    whole = safetensors({"latents": np.eye(3, dtype=np.float32)})
    for length in (9, 20, len(whole) - 1):
        with pytest.raises(InputError):
            read_arrays(whole[:length])


def test_words_of_safetensors_are_lists():
    arrays = {"tokens_text": np.eye(2, dtype=np.float32)}
    from safetensors.numpy import save

    good = save(arrays, {"labels_text": json.dumps(["a", "b"]), "format": "pt"})
    assert read_arrays(good).labels == {"text": ("a", "b")}
    with pytest.raises(InputError, match="labels_text in the metadata"):
        read_arrays(save(arrays, {"labels_text": "a b"}))


def test_what_would_light_a_page_up_is_said():
    assert "attention (layer, head, query, key)" in say_absent("Attention", ["plan"])
    assert "plan" in say_absent("Attention", ["plan"])
    for page in ("Inputs", "Transport", "Distributions", "Latents"):
        assert say_absent(page, []).endswith("none.")


def test_names_that_cannot_be_printed_are_told_as_such():
    found = arrays_of({"tokens_a\x00b": np.eye(2), "tokens_" + "x" * 90: np.eye(2)})
    assert all(key.isprintable() and len(key) < 50 for key in found.keys)
