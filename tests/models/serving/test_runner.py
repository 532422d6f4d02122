"""The runner: which models it has, what it can be asked, and how it refuses."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.errors import CheckpointError, InputError, ModelServerError
from fusionviz.models.checkpoints import load_checkpoint, read_card
from fusionviz.models.inputs import to_batch
from fusionviz.models.mango.flow import MangoFlow
from fusionviz.models.serving import runner as module
from fusionviz.models.serving.calls import (
    CALLS,
    DECODE,
    ENCODE,
    FORWARD,
    GUESS,
    HIDDEN_ATTENTION,
    INVERSE,
    SEGMENT,
    TRANSLATE,
    WEIGHTS,
)
from fusionviz.models.serving.messages import write_message
from fusionviz.models.serving.questions import (
    ModelName,
    read_answer,
    write_question,
)
from fusionviz.models.serving.runner import ModelRunner


@pytest.fixture
def runner(tiny_checkpoints):
    return ModelRunner(tiny_checkpoints, device="cpu")


@pytest.fixture
def mango(tiny_checkpoints):
    return load_checkpoint(tiny_checkpoints / "mango-tiny", "cpu")


def name_of(model):
    return ModelName(checkpoint=model.card.name, sha256=model.card.sha256)


def ask(runner, model, call, *args, **kwargs):
    question = write_question(name_of(model), call.name, args, kwargs)
    return read_answer(runner.answer(question))


def test_it_answers_with_the_models_own_numbers(runner, mango):
    batch = mango.to_batch(render_room(4, (32, 32)))
    x = ask(runner, mango, ENCODE, batch)
    z, log_det = ask(runner, mango, FORWARD, x)
    with torch.inference_mode():
        assert torch.equal(x, mango.encode(batch))
        own = mango.flow(mango.encode(batch))
        assert torch.equal(z, own[0])
        assert torch.equal(log_det, own[1])
        assert torch.equal(ask(runner, mango, SEGMENT, z), mango.segment(z))


def test_ten_that_ask_at_once_load_one_model(runner, mango, monkeypatch):
    begun = threading.Barrier(10)
    x = torch.zeros(1, 32, 8)

    def one(_):
        begun.wait()
        return ask(runner, mango, FORWARD, x)[0]

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(one, range(10)))
    assert runner.state["loads"] == {"mango-tiny": 1}
    assert runner.state["answers"] == 10
    assert all(torch.equal(z, found[0]) for z in found)


def test_the_model_that_was_not_asked_longest_goes(tiny_checkpoints, mango):
    runner = ModelRunner(tiny_checkpoints, device="cpu", kept=2)
    others = [
        load_checkpoint(tiny_checkpoints / name, "cpu")
        for name in ("alignmamba-tiny", "sentiment-tiny")
    ]
    for model in (mango, others[0], mango, others[1], mango, others[0]):
        ask(runner, model, WEIGHTS, "none")
    assert runner.state["loads"] == {
        "mango-tiny": 1,
        "alignmamba-tiny": 2,
        "sentiment-tiny": 1,
    }


@pytest.mark.parametrize(
    "name",
    [
        "nobody",
        "../mango-tiny",
        "/etc/passwd",
        "mango-tiny.json",
        "",
        "a\0b",
        "x" * 999,
    ],
)
def test_a_checkpoint_is_a_name_of_the_folder(runner, mango, name, tmp_path):
    question = write_question(
        ModelName(checkpoint=name, sha256=mango.card.sha256), "guess", (), {}
    )
    with pytest.raises(CheckpointError, match="no checkpoint") as refused:
        read_answer(runner.answer(question))
    assert len(str(refused.value)) < 250


def test_a_path_that_is_there_is_no_name(tiny_checkpoints, mango, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    for suffix in (".json", ".safetensors"):
        shutil.copy(tiny_checkpoints / f"mango-tiny{suffix}", tmp_path)
    runner = ModelRunner(inner, device="cpu")
    for name in ("../mango-tiny", str(tmp_path / "mango-tiny")):
        wanted = ModelName(checkpoint=name, sha256=mango.card.sha256)
        question = write_question(wanted, WEIGHTS.name, ("flow",), {})
        with pytest.raises(CheckpointError, match="no checkpoint"):
            read_answer(runner.answer(question))


def test_other_weights_of_that_name_are_refused_before_they_are_loaded(runner, mango):
    question = write_question(
        ModelName(checkpoint="mango-tiny", sha256="0" * 64), "guess", (), {}
    )
    with pytest.raises(CheckpointError, match="other weights of mango-tiny"):
        read_answer(runner.answer(question))
    assert runner.state["loads"] == {}


X = torch.zeros(1, 32, 8)


@pytest.mark.parametrize(
    ("call", "args", "says"),
    [
        (FORWARD, (torch.zeros(1, 32, 9),), "1, 32, 9"),
        (FORWARD, (torch.zeros(2000, 32, 8),), "2000, 32, 8"),
        (FORWARD, (torch.zeros(0, 32, 8),), "0, 32, 8"),
        (FORWARD, (torch.zeros(1, 32, 8, dtype=torch.int64),), "joint tokens"),
        (INVERSE, ("x",), "str"),
        (DECODE, (None,), "NoneType"),
        (GUESS, (X, "audio"), "audio"),
        (ENCODE, (X,), "reads no Tensor"),
        (ENCODE, (to_batch([render_room(1, (64, 64))], 64),), "64"),
        (ENCODE, (to_batch([render_room(1, (32, 32))], 32, ["rgb"]),), "depth"),
        (HIDDEN_ATTENTION, (0, X, None, False), "cannot be asked for"),
    ],
)
def test_what_a_model_cannot_read_is_refused(runner, mango, call, args, says):
    with pytest.raises(InputError, match=says):
        ask(runner, mango, call, *args)


def test_what_a_model_does_not_do_is_said_as_the_model_says_it(runner, mango):
    with pytest.raises(ValueError, match="does not translate"):
        ask(runner, mango, TRANSLATE, X)


def test_arguments_of_another_number_or_kind_are_refused(runner, mango):
    for args in ((), (X, None, 3)):
        with pytest.raises(InputError, match="flow: .* other arguments"):
            ask(runner, mango, FORWARD, *args)
    with pytest.raises(InputError, match="other arguments"):
        ask(runner, mango, FORWARD, X, changes=None)
    with pytest.raises(ModelServerError, match="could not compute this") as refused:
        ask(runner, mango, FORWARD, X, {2: "gate"})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "question",
    [
        None,
        "flow",
        {},
        {"call": "flow"},
        *(
            {
                "checkpoint": "mango-tiny",
                "sha256": "",
                "call": "flow",
                "args": (),
                "kwargs": {},
                **other,
            }
            for other in (
                {"call": "__init__"},
                {"call": "state_dict"},
                {"call": None},
                {"args": []},
                {"kwargs": {1: 2}},
                {"more": 1},
                {"checkpoint": 7},
            )
        ),
    ],
)
def test_what_is_no_question_is_refused(runner, question):
    with pytest.raises(InputError):
        read_answer(runner.answer(write_message(question)))
    assert runner.state["loads"] == {}


def test_too_many_bytes_are_refused_unread(runner, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_QUESTION", 10)
    with pytest.raises(InputError, match="at most"):
        read_answer(runner.answer(b"\0" * 11))


def test_a_lack_of_memory_is_a_sentence_and_it_lives_on(runner, mango, monkeypatch):
    with monkeypatch.context() as patch:

        def fail(*_):
            raise RuntimeError(
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate"
            )

        patch.setattr(MangoFlow, "inverse", fail)
        with pytest.raises(InputError, match="not enough memory"):
            ask(runner, mango, INVERSE, X)
    assert ask(runner, mango, INVERSE, X).shape == X.shape


def test_a_fault_of_its_own_is_a_sentence(runner, mango, monkeypatch):
    def fail(*_):
        raise KeyError("something")

    monkeypatch.setattr(MangoFlow, "inverse", fail)
    with pytest.raises(ModelServerError, match="KeyError"):
        ask(runner, mango, INVERSE, X)


def test_names_of_calls_tell_them_apart():
    assert all(CALLS[name].name == name for name in CALLS)
    assert len(CALLS) == 23


def test_the_card_that_counts_is_the_files(tiny_checkpoints, runner, mango):
    assert read_card(tiny_checkpoints / "mango-tiny").sha256 == mango.card.sha256
    assert set(ask(runner, mango, WEIGHTS, "flow.layers.0")) == {
        name.removeprefix("flow.layers.0.")
        for name in mango.state_dict()
        if name.startswith("flow.layers.0.")
    }
