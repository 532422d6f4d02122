"""What a model server does: it has the weights, and answers questions as bytes."""

import inspect
import logging
import os
import threading
import traceback
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch

from fusionviz.errors import (
    CheckpointError,
    FusionvizError,
    InputError,
    ModelServerError,
    one_line,
    says_memory_lacks,
)
from fusionviz.models.checkpoints import (
    checkpoint_folder,
    load_checkpoint,
    read_card,
)
from fusionviz.models.serving.messages import write_message
from fusionviz.models.serving.questions import (
    LARGEST_QUESTION,
    ModelName,
    read_question,
    write_refusal,
)
from fusionviz.turns import Turns

_log = logging.getLogger(__name__)


class ModelRunner:
    """Models of a folder, each loaded once, when it is first asked about.

    Args:
        folder: Of the checkpoints; `checkpoint_folder()` if not given.
        device: As `load_checkpoint` takes it.
        kept: How many models stay loaded; the one that was not asked longest goes.
        at_once: How many questions are computed side by side; others wait.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        device: str = "auto",
        kept: int = 8,
        at_once: int = 2,
    ) -> None:
        self._folder = folder or checkpoint_folder()
        self._device, self._kept = device, kept
        self._turn = Turns(at_once)
        self._loading, self._change = threading.Lock(), threading.Lock()
        self._models: OrderedDict[ModelName, Any] = OrderedDict()
        self._loads: dict[str, int] = {}
        self._answers = 0

    @property
    def state(self) -> dict[str, Any]:
        """How often each model was loaded, how many were answered, and by whom."""
        with self._change:
            return {
                "process": os.getpid(),
                "loads": dict(self._loads),
                "answers": self._answers,
            }

    def answer(self, question: bytes) -> bytes:
        """Return the answer to a question; a refusal is one too.

        Args:
            question: From `write_question`.
        """
        try:
            return write_message({"value": self._answer(question)})
        except (FusionvizError, ValueError) as error:
            return write_refusal(error)
        except Exception as error:  # noqa: BLE001 - it answers, whatever was asked
            _log.warning("%s", traceback.format_exc())
            said = f"{type(error).__name__}: {one_line(error)}"
            return write_refusal(
                ModelServerError(f"the model server could not compute this: {said}")
            )
        finally:
            with self._change:
                self._answers += 1

    def _answer(self, question: bytes) -> Any:  # noqa: ANN401
        if len(question) > LARGEST_QUESTION:
            raise InputError(
                f"a question to the model server has at most {LARGEST_QUESTION >> 20} "
                "MB: ask about a smaller picture or a shorter sequence"
            )
        call, name, args, kwargs = read_question(question)
        model = self._model(name)
        if not isinstance(model, call.of):
            raise InputError(f"{name.checkpoint} cannot be asked for: {call.name}")
        try:
            inspect.signature(call.answer).bind(model, *args, **kwargs)
        except TypeError as error:
            raise InputError(
                f"{call.name}: it is asked with other arguments ({one_line(error)})"
            ) from error
        with (
            self._turn,
            torch.inference_mode(),
            says_memory_lacks(
                "the model server cannot compute this",
                "choose a smaller picture, a shorter sequence or a smaller model",
            ),
        ):
            return call.answer(model, *args, **kwargs)

    def _model(self, name: ModelName) -> Any:  # noqa: ANN401 - of any kind
        """Return a model, loaded by who asks first; the others wait for it.

        Raises:
            CheckpointError: There is none of that name and those weights.
        """
        model = self._loaded(name)
        if model is None:
            with self._loading:
                model = self._loaded(name)
                if model is None:
                    model = self._load(name)
        return model

    def _loaded(self, name: ModelName) -> Any:  # noqa: ANN401 - of any kind
        """Return a model that is loaded; None if it is not."""
        with self._change:
            if name in self._models:
                self._models.move_to_end(name)
            return self._models.get(name)

    def _load(self, name: ModelName) -> Any:  # noqa: ANN401 - of any kind
        # A name, never a path: one of those that the folder has.
        known = {path.stem: path for path in self._folder.glob("*.json")}
        if name.checkpoint not in known:
            raise CheckpointError(
                f"the model server has no checkpoint {name.checkpoint[:80]!r}: give it "
                "the same folder of checkpoints as the app"
            )
        path = known[name.checkpoint]
        if read_card(path).sha256 != name.sha256:
            raise CheckpointError(
                f"the model server has other weights of {name.checkpoint} than the "
                "app: give both the same checkpoints"
            )
        model = load_checkpoint(path, self._device)
        with self._change:
            self._models[name] = model
            self._loads[name.checkpoint] = self._loads.get(name.checkpoint, 0) + 1
            while len(self._models) > self._kept:
                self._models.popitem(last=False)
        return model
