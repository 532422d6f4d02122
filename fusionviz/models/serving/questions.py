"""Questions to a model server and its answers, as messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fusionviz.errors import (
    CheckpointError,
    FusionvizError,
    InputError,
    MemoryLackError,
    ModelServerError,
)
from fusionviz.models.serving.calls import CALLS, Call
from fusionviz.models.serving.messages import read_message, write_message

MEDIA_TYPE = "application/vnd.fusionviz.safetensors"

PATH = "/ask"

LARGEST_QUESTION = 64 * 2**20
"""Bytes."""

REFUSALS: Mapping[str, type[Exception]] = {
    error.__name__: error
    for error in (
        CheckpointError,
        FusionvizError,
        InputError,
        MemoryLackError,
        ModelServerError,
        ValueError,
    )
}
"""What an answer can be in place of a value, by the name under which it travels."""

LONGEST_SENTENCE = 500

_PARTS: Mapping[str, type] = {
    "checkpoint": str,
    "sha256": str,
    "call": str,
    "args": tuple,
    "kwargs": dict,
}
"""Of a question, and what each is."""


_NO_ANSWER = (
    "what the model server answers cannot be read; give it the same version of "
    "fusionviz as the app"
)


@dataclass(frozen=True, kw_only=True)
class ModelName:
    """Which model is asked.

    Attributes:
        checkpoint: Its name.
        sha256: Of its weights, so that nobody takes other weights for them.
    """

    checkpoint: str
    sha256: str


def write_question(
    name: ModelName, call: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> bytes:
    """Return a question as bytes."""
    return write_message(
        {
            "checkpoint": name.checkpoint,
            "sha256": name.sha256,
            "call": call,
            "args": args,
            "kwargs": kwargs,
        }
    )


def read_question(
    question: bytes,
) -> tuple[Call[Any, ..., Any], ModelName, tuple[Any, ...], dict[str, Any]]:
    """Return call, model and arguments of a question.

    Raises:
        InputError: It is none.
    """
    asked = read_message(question)
    if not isinstance(asked, dict) or set(asked) != set(_PARTS):
        raise InputError("this message is no question to a model server")
    for key, kind in _PARTS.items():
        if not isinstance(asked[key], kind):
            raise InputError(f"the {key} of this question is no {kind.__name__}")
    if asked["call"] not in CALLS:
        raise InputError(f"a model server cannot be asked {asked['call'][:80]!r}")
    if not all(isinstance(key, str) for key in asked["kwargs"]):
        raise InputError("the arguments of this question have no names")
    name = ModelName(checkpoint=asked["checkpoint"], sha256=asked["sha256"])
    return CALLS[asked["call"]], name, asked["args"], asked["kwargs"]


def write_refusal(error: Exception) -> bytes:
    """Return an error as an answer."""
    kind = next(one.__name__ for one in type(error).__mro__ if one.__name__ in REFUSALS)
    said = " ".join(str(error).split())  # what was asked may have lines in it
    return write_message({"refusal": kind, "sentence": said[:LONGEST_SENTENCE]})


def read_answer(answer: bytes) -> Any:  # noqa: ANN401
    """Return the value of an answer.

    Raises:
        ModelServerError: It is none.
        Exception: One of `REFUSALS`, where the answer is a refusal.
    """
    try:
        said = read_message(answer)
    except InputError as error:
        raise ModelServerError(f"{_NO_ANSWER}: {error}") from error
    if isinstance(said, dict) and set(said) == {"value"}:
        return said["value"]
    if isinstance(said, dict) and said.get("refusal") in REFUSALS:
        raise REFUSALS[said["refusal"]](str(said.get("sentence")))
    raise ModelServerError(_NO_ANSWER)
