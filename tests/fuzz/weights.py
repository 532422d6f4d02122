"""Checkpoints with faults: weights, cards, and what was measured beside them."""

import hashlib
import io
import json
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import torch
from hypothesis import strategies as st

from fusionviz.analysis.shared.latent_statistics import load_statistics
from fusionviz.analysis.shared.limits import load_limits
from fusionviz.errors import CheckpointError
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.loop.state import Position, read_state, write_state
from tests.fuzz.kinds import Kind, Reading
from tests.fuzz.mutations import (
    ANY,
    Random,
    change_header,
    changed,
    claim,
    pick,
    value_of_json,
)
from tests.helpers.app.pages import ROOT
from tests.helpers.tiny_models import write_tiny_checkpoints


@cache
def tiny() -> dict[str, tuple[bytes, bytes]]:
    """Return cards and weights of small models by name."""
    with tempfile.TemporaryDirectory() as folder:
        write_tiny_checkpoints(Path(folder))
        return {
            card.stem: (
                card.read_bytes(),
                card.with_suffix(".safetensors").read_bytes(),
            )
            for card in sorted(Path(folder).glob("*.json"))
        }


@cache
def foreign() -> tuple[bytes, ...]:
    """Return files that are no weights of ours."""
    pickled = io.BytesIO()
    torch.save({"weight": torch.ones(2)}, pickled)
    return (
        b"",
        b"\0" * 9,
        b"<html>404</html>",
        pickled.getvalue(),
        b"version https://git-lfs",
    )


def read_weights(card: bytes, weights: bytes) -> object:
    """Load a checkpoint and look at what comes back.

    Raises:
        CheckpointError: It is refused, by its name.
        AssertionError: It was loaded, and is not of its card; or the name is not said.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.json"
        path.write_bytes(card)
        path.with_suffix(".safetensors").write_bytes(weights)
        try:
            model = load_checkpoint(path, device="cpu")
        except CheckpointError as error:
            if "mine" in str(error):
                raise
            raise AssertionError(f"the name is not said: {error}") from error
        assert model.card.name == "mine"
        return model


def _named(card: bytes, **changes: object) -> bytes:
    return json.dumps({**json.loads(card), "name": "mine", **changes}).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _mutated_checkpoint(random: Random) -> Reading:
    card, weights = pick(list(tiny().values()), random)
    what = random.random()
    if what < 0.15:  # the card stays, and finds out
        return partial(
            read_weights, _named(card), changed(weights, random, (*ANY, claim))
        )
    if what < 0.25:  # of another model
        weights = pick(list(tiny().values()), random)[1]
    elif what < 0.35:
        weights = pick(foreign(), random)
    elif what < 0.6:
        weights = changed(weights, random, (*ANY, claim, *(change_header,) * 6))
    if what > 0.5:
        config = json.dumps(json.loads(card)["config"]).encode()
        told = json.loads(value_of_json(config, random))
        card = _named(card, config=told)
    return partial(read_weights, _named(card, sha256=_sha256(weights)), weights)


_SIZES = (
    st.sampled_from([-1, 0, 1, 2, 3, 8, 33, 10**4, 10**6, 10**9, 2**40]) | st.none()
)
_FIELDS = st.dictionaries(
    st.sampled_from(
        [
            *("image_size", "grid", "width", "blocks", "heads", "coupling_width"),
            *("codec_widths", "head_width", "guess_width", "classes", "d_model"),
            *("layers", "d_state", "d_conv", "expand", "stem_widths", "outputs"),
        ]
    ),
    _SIZES | st.lists(_SIZES, max_size=4) | st.floats() | st.text(max_size=3),
    min_size=1,
    max_size=3,
)


def _with_config(name: str, fields: dict[str, object]) -> Reading:
    card, weights = tiny()[name]
    config = {**json.loads(card)["config"], **fields}
    return partial(read_weights, _named(card, config=config), weights)


CHECKPOINTS = Kind(
    name="checkpoints",
    share=10,
    mutated=_mutated_checkpoint,
    generated=st.builds(
        _with_config, st.sampled_from(["mango-tiny", "alignmamba-tiny"]), _FIELDS
    ),
)


def _beside(suffix: str, data: bytes, load: Callable[[Path], object]) -> object:
    with tempfile.TemporaryDirectory() as folder:
        card = ROOT / "checkpoints" / "mango-rooms.json"
        path = Path(folder) / card.name
        path.write_bytes(card.read_bytes())
        path.with_suffix(suffix).write_bytes(data)
        return load(path)


_BESIDE = {".limits.safetensors": load_limits, ".latents.safetensors": load_statistics}


def _mutated_beside(random: Random) -> Reading:
    suffix = pick(list(_BESIDE), random)
    data = (ROOT / "checkpoints" / f"mango-rooms{suffix}").read_bytes()
    bad = changed(data, random, (*ANY, claim, *(change_header,) * 6))
    return partial(_beside, suffix, bad, _BESIDE[suffix])


BESIDE = Kind(name="beside", share=4, mutated=_mutated_beside)


def _state(data: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "state.safetensors").write_bytes(data)
        return read_state(Path(folder))


@cache
def _whole_state() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        position = Position(stage=1, step=3, recipe={"name": "x"})
        write_state(Path(folder), position, {"model.a": torch.ones(3, 4)})
        return (Path(folder) / "state.safetensors").read_bytes()


def _mutated_state(random: Random) -> Reading:
    bad = changed(_whole_state(), random, (*ANY, claim, *(change_header,) * 6))
    return partial(_state, bad)


STATES = Kind(name="states", share=3, mutated=_mutated_state)
