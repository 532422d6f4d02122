"""Live models: found by name, checked as files are, asked by one thread at a time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint

import numpy as np
import pytest
import torch

from fusionviz.data.arrays.files import arrays_of
from fusionviz.errors import InputError
from fusionviz.explain.live import batch_of, batch_of_pair, inputs_of, name_live
from fusionviz.models import live
from fusionviz.models.live import LiveModality, ModelDescription, WrappedModel

BATCH = {"a": np.ones((1, 3, 2), np.float32)}


class Toy:
    """A model of one modality, which can be told what to give."""

    def __init__(self, give=None, safe=False, **described):
        self.give, self.safe, self.described = give, safe, described
        self.inside = self.most = 0

    def describe(self):
        usual = {
            "name": "toy",
            "modalities": [LiveModality(name="a", shape=(None, 2))],
            "records": ["latents"],
            "examples": {"ones": BATCH},
            "is_thread_safe": self.safe,
        }
        return ModelDescription(**{**usual, **self.described})

    def records(self, batch):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.02)
        self.inside -= 1
        return {"latents": batch["a"]} if self.give is None else self.give


def wrapped(*arguments, **options):
    return WrappedModel(Toy(*arguments, **options), "toy:Toy")


def test_its_arrays_are_those_that_a_file_would_give():
    given = {
        "tokens_a": torch.ones(1, 3, 2, dtype=torch.bfloat16, requires_grad=True),
        "plan": torch.eye(3) / 3,
        "labels_a": ["x", "y", "z"],
        "attention": [torch.eye(3).tolist()],
    }
    found = wrapped(given, records=["tokens_a", "plan"]).arrays(BATCH)
    same = arrays_of(
        {
            "tokens_a": np.ones((3, 2)),
            "plan": np.eye(3) / 3,
            "labels_a": np.array(["x", "y", "z"]),
            "attention": np.eye(3)[None],
        }
    )
    assert found.keys == same.keys
    assert found.labels == same.labels
    np.testing.assert_array_equal(found.plan.mass, same.plan.mass)
    np.testing.assert_array_equal(found.attention.attention, same.attention.attention)
    assert not found.notes


def test_faults_name_the_key_as_those_of_a_file_do():
    with pytest.raises(InputError, match=r"plan has shape \(3,\)"):
        wrapped({"plan": np.ones(3)}).arrays(BATCH)


def test_what_is_promised_and_not_given_is_told():
    found = wrapped({"plan": np.eye(2)}, records=["plan", "latents"]).arrays(BATCH)
    assert "promises" in found.notes["latents"][0]


@pytest.mark.parametrize("safe", [False, True])
def test_one_thread_waits_for_another_unless_the_model_is_safe(safe):
    toy = Toy(safe=safe)
    model = WrappedModel(toy, "toy")
    barrier = threading.Barrier(4)

    def ask(_):
        barrier.wait()
        return model.arrays(BATCH).latents

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert all((one == 1).all() for one in answers)
    assert (toy.most == 1) is not safe


def test_pictures_that_it_was_asked_about_are_shown_with_its_answer():
    batch = {
        "rgb": np.full((1, 4, 5, 3), 7, np.uint8),
        "depth": np.full((1, 4, 5), 2, np.float32),
    }
    reads = [
        LiveModality(name="rgb", shape=(None, None, 3)),
        LiveModality(name="depth", shape=(None, None)),
    ]
    answer = {"latents": np.ones((2, 2))}
    found = wrapped(answer, modalities=reads).arrays(batch)
    np.testing.assert_array_equal(found.rgb, batch["rgb"][0])
    np.testing.assert_array_equal(found.depth_m, batch["depth"][0])
    assert not found.notes
    own = answer | {"rgb": np.zeros((2, 2, 3), np.uint8)}
    assert not wrapped(own, modalities=reads).arrays(batch).rgb.any()
    apart = batch | {"depth": np.ones((1, 2, 2), np.float32)}
    assert wrapped(answer, modalities=reads).arrays(apart).rgb is None
    scaled = {"rgb": np.full((1, 4, 5, 3), -2.0), "depth": batch["depth"]}
    assert wrapped(answer, modalities=reads).arrays(scaled).rgb is None
    vectors = [LiveModality(name="rgb", shape=(None, 3))]
    asked = {"rgb": np.ones((1, 6, 3))}
    assert wrapped(answer, modalities=vectors).arrays(asked).rgb is None


def test_gradients_are_off():
    class Graded(Toy):
        def records(self, batch):
            assert not torch.is_grad_enabled()
            return {"latents": torch.ones(2, 2)}

    model = WrappedModel(Graded(), "graded")
    assert torch.is_grad_enabled()
    assert model.arrays(BATCH).latents.shape == (2, 2)


def test_what_a_model_raises_is_one_sentence_and_the_next_is_served(caplog):
    class Broken(Toy):
        def records(self, batch):
            raise RuntimeError("out of\nmemory")

    model = WrappedModel(Broken(), "broken:Broken")
    for _ in range(2):  # the lock is given back
        with pytest.raises(InputError, match="RuntimeError .*: out of memory") as told:
            model.arrays(BATCH)
    assert "\n" not in str(told.value)
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("batch", "told"),
    [
        ({}, "reads a"),
        ({"a": np.ones((1, 3, 5))}, r"\(1, 3, 5\).*\(1, any, 2\)"),
        ({"a": np.ones((2, 3, 2))}, r"\(2, 3, 2\)"),
        ({"a": np.ones((3, 2))}, r"\(3, 2\)"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused(batch, told):
    with pytest.raises(InputError, match=told):
        wrapped().arrays(batch)


class Nothing:
    """No live model."""


class Half:
    """Half a live model."""

    def describe(self):
        return {"name": "half"}

    def records(self, batch):
        return 3


@pytest.mark.parametrize(
    ("model", "told"), [(Nothing(), "two|methods"), (Half(), "ModelDescription")]
)
def test_what_is_no_live_model_is_refused(model, told):
    with pytest.raises(InputError, match=told):
        WrappedModel(model, "here")


def test_records_that_are_no_keys_are_refused():
    with pytest.raises(InputError, match="atention"):
        wrapped(records=["atention"])
    with pytest.raises(InputError, match="returns a int"):
        wrapped(3).arrays(BATCH)


@pytest.mark.parametrize("name", ["toy", "toy:", ":Toy", "a b:C", "os;x:C", ""])
def test_an_adapter_is_named_by_module_and_class(name):
    with pytest.raises(InputError, match="module:Class"):
        live.adapter(name)


def test_it_is_found_by_the_environment_and_by_entry_points(monkeypatch):
    installed = EntryPoint(name="one", value="m:C", group=live.GROUP)
    monkeypatch.setattr(live, "entry_points", lambda group: [installed])
    found = live.live_places({live.VARIABLE: "toy:Toy, b.c:D"})
    assert list(found) == ["toy:Toy", "b.c:D", "one"]
    assert live.live_places({}) == {"one": installed}


def test_it_is_loaded_from_a_module(tmp_path, monkeypatch):
    (tmp_path / "adapter_of_a_test.py").write_text(
        "from tests.models.test_live import Toy\n"
        "class Mine(Toy): pass\n"
        "made = Toy()\n"
        "def make(): return Toy()\n"
        "1 / (1 if __name__ else 0)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("Mine", "made", "make"):
        model = live.load_live(live.adapter(f"adapter_of_a_test:{name}"))
        assert model.description.name == "toy"
    with pytest.raises(InputError, match="there_is_none.*ModuleNotFoundError"):
        live.load_live(live.adapter("there_is_none:X"))
    with pytest.raises(InputError, match="AttributeError"):
        live.load_live(live.adapter("adapter_of_a_test:X"))


def description(**modalities):
    listed = [LiveModality(name=n, shape=s) for n, s in modalities.items()]
    return ModelDescription(name="m", modalities=listed, records=[])


def test_pictures_come_from_rooms_of_the_size_that_is_read():
    wanted = description(rgb=(48, 64, 3), depth=(24, 32))
    assert set(inputs_of(wanted)) == {"room", "files"}
    batch = batch_of(wanted, "room", 3)
    assert batch["rgb"].shape == (1, 48, 64, 3)
    assert batch["rgb"].dtype == np.uint8
    assert batch["depth"].shape == (1, 24, 32)
    assert batch["depth"].dtype == np.float32
    free = batch_of(description(rgb=(None, None, 3)), "room", 3)
    assert free["rgb"].shape == (1, 128, 128, 3)


def test_utterances_fit_by_their_widths():
    wanted = description(text=(None, 40), audio=(None, 24))
    assert set(inputs_of(wanted)) == {"utterance"}
    batch = batch_of(wanted, "utterance", 12)
    assert set(batch) == {"text", "audio"}
    assert batch["audio"].shape[::2] == (1, 24)
    assert not inputs_of(description(text=(None, 41)))


def test_an_input_that_is_not_there_is_named():
    for name in ("example-0", "example-x", "file", ""):
        with pytest.raises(InputError, match="no input"):
            batch_of(description(rgb=(8, 8, 3)), name, 0)


def test_a_pair_without_a_modality_is_refused():
    from fusionviz.data.records import RGBDSample

    half = RGBDSample(rgb=np.zeros((4, 4, 3), np.uint8), depth_m=None)
    with pytest.raises(InputError, match="depth"):
        batch_of_pair(description(depth=(4, 4)), half)


def test_inputs_are_named_by_all_that_is_in_them():
    one = name_live("toy", "example-0", BATCH).sample["input_sha256"]
    for other in (
        {"b": BATCH["a"]},
        {"a": 2 * BATCH["a"]},
        {"a": BATCH["a"].reshape(1, 2, 3)},
        {"a": BATCH["a"].view(np.int32)},
    ):
        assert name_live("toy", "example-0", other).sample["input_sha256"] != one
