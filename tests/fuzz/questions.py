"""Questions to a model server with faults: bytes, structures, arguments."""

import dataclasses
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import AlignMamba, rgbd_inputs, sequence_inputs
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.inputs import to_batch
from fusionviz.models.mango import Mango
from fusionviz.models.mango.layers.invertible import HeadIntervention
from fusionviz.models.serving import calls
from fusionviz.models.serving.messages import read_message, write_message
from fusionviz.models.serving.questions import (
    ModelName,
    read_answer,
    write_question,
)
from fusionviz.models.serving.runner import ModelRunner
from tests.fuzz.kinds import Kind, Reading
from tests.fuzz.mutations import ANY, Random, change_header, changed, claim, pick
from tests.helpers.shapes import unchecked
from tests.helpers.tiny_models import write_tiny_checkpoints

MODELS = {
    "mango-tiny": Mango,
    "alignmamba-tiny": AlignMamba,
    "sentiment-tiny": AlignMamba,
}

X = torch.zeros(2, 32, 8)
CHANGE = HeadIntervention(gate=torch.tensor([0.5, torch.nan]))


@cache
def served() -> tuple[ModelRunner, dict[str, Any]]:
    """Return a runner of small models, and these by name."""
    folder = Path(tempfile.mkdtemp())
    write_tiny_checkpoints(folder)
    models = {name: load_checkpoint(folder / name, "cpu") for name in MODELS}
    return ModelRunner(folder, device="cpu"), models


@cache
def whole() -> tuple[bytes, ...]:
    """Return questions without faults."""
    models = served()[1]
    pair = to_batch([render_room(3, (32, 32))], 32)
    pictures = rgbd_inputs(pair, ("rgb", "depth"))
    spoken = sequence_inputs([render_utterance(4)], models["sentiment-tiny"].config)
    state = torch.zeros(1, 32, 16)
    asked = {
        "mango-tiny": [
            *((calls.ENCODE, (pair,)), (calls.ENCODE_ONE, (pair, "rgb"))),
            *((calls.GUESS, (X, "depth")), (calls.FORWARD, (X, {2: CHANGE}))),
            *((calls.INVERSE, (X.double(),)), (calls.STEPS, (X,))),
            *((calls.INVERSE_STEPS, (X,)), (calls.BRANCH, (2, X[:1], [CHANGE]))),
            *((calls.LOG_LIKELIHOOD, (X, None, True)), (calls.DECODE, (X,))),
            *((calls.SEGMENT, (X,)), (calls.WEIGHTS, ("flow.layers.0",))),
        ],
        "alignmamba-tiny": [
            *((calls.OUTPUT, (pictures, None)), (calls.PASS, (pictures, None, True))),
            (calls.HIDDEN_ATTENTION, (0, state, None, True)),
            (calls.BLOCK_JACOBIAN, (0, state, 3, False)),
        ],
        "sentiment-tiny": [(calls.OUTPUT, (spoken, None))],
    }
    return tuple(
        write_question(_name(models[name]), call.name, args, {})
        for name, questions in asked.items()
        for call, args in questions
    )


def _name(model: Any) -> ModelName:
    return ModelName(checkpoint=model.card.name, sha256=model.card.sha256)


def ask(question: bytes) -> object:
    """Return the answer to a question.

    Raises:
        FusionvizError: It is refused.
    """
    try:
        with unchecked():
            return read_answer(served()[0].answer(question))
    except ValueError as error:  # as a model says it
        raise InputError(str(error)) from error


ODD: tuple[Any, ...] = (
    *(None, True, -1, 2**40, float("nan"), "", "../x", [], {}, ()),
    *(torch.tensor(1.0), torch.zeros(0), torch.full((1, 32, 8), torch.inf)),
    *(torch.zeros(1, 32, 8, dtype=torch.int64), torch.zeros(1, 8, 32), torch.zeros(32)),
    *(torch.zeros(1, 32, 8, dtype=torch.float16), np.zeros(3), np.zeros((1, 32, 8))),
    *({7: CHANGE}, {-1: None}, {"0": CHANGE}, [CHANGE] * 3, CHANGE),
)
"""What an argument may be that it should not."""


def _other_part(question: bytes, random: Random) -> bytes:
    """Put something odd in place of a part of a question, or of one of its parts."""
    with unchecked():
        asked = read_message(question)
    place: Any = pick((*asked, *("args",) * 12), random)
    if place == "args" and asked["args"]:
        args = list(asked["args"])
        at = int(random.integers(len(args)))
        args[at] = _with_odd_field(args[at], random)
        return write_message({**asked, "args": tuple(args)})
    return write_message({**asked, place: pick(ODD, random)})


def _with_odd_field(value: Any, random: Random) -> Any:
    """Return something odd, or a record of which one tensor is odd."""
    fields = vars(value) if dataclasses.is_dataclass(value) else {}
    tables = [key for key, table in fields.items() if isinstance(table, dict) and table]
    if not tables or random.random() < 0.3:
        return pick(ODD, random)
    key = pick(tables, random)
    inner = pick(list(fields[key]), random)
    with unchecked():
        return type(value)(**{**fields, key: {**fields[key], inner: pick(ODD, random)}})


def _mutated(random: Random) -> Reading:
    question = pick(whole(), random)
    if random.random() < 0.6:
        for _ in range(int(random.integers(1, 3))):
            question = _other_part(question, random)
        return partial(ask, question)
    bad = changed(question, random, (*ANY, claim, *(change_header,) * 6))
    return partial(ask, bad)


def _of_arguments(asked: tuple[str, str], args: list[Any]) -> Reading:
    call, name = asked
    model = served()[1][name]
    return partial(ask, write_question(_name(model), call, tuple(args), {}))


QUESTIONS = Kind(
    name="questions",
    share=6,
    mutated=_mutated,
    generated=st.builds(
        _of_arguments,
        st.sampled_from(
            [
                (call.name, name)
                for call in calls.CALLS.values()
                for name, kind in MODELS.items()
                if issubclass(kind, call.of)
            ]
        ),
        st.lists(st.sampled_from(ODD), min_size=1, max_size=4),
    ),
    prepare=lambda: [ask(question) for question in whole()],
)
