"""A small file of arrays with everything in it: four words over a picture of a room."""

import io

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.attention.files import example_file as attention_example
from fusionviz.data.rooms import render_room

ROOM, SIDE = 45, (96, 96)
CHANNELS = 16
CLASSES = ("bedroom", "kitchen", "living room", "office")
SCORES = (0.09, 0.03, 0.8, 0.08)


def example_arrays() -> dict[str, NDArray]:
    """Return the arrays by key: every key is there.

    Words are sent to the corners of the picture that they name; tokens are made so that
    each word lies near the patches that are sent to it.
    """
    with np.load(io.BytesIO(attention_example()), allow_pickle=False) as file:
        attention = {name: file[name] for name in file.files}
    words, patches = attention["tokens"][:4], attention["tokens"][4:]
    random = np.random.default_rng(0)
    reads = attention["attention"][0, 1, 4:, :4].astype(np.float64)
    plan = reads / reads.sum()
    text = random.normal(size=(4, CHANNELS))
    belongs = plan / plan.sum(axis=1, keepdims=True)
    rgb = belongs @ text + 0.4 * random.normal(size=(16, CHANNELS)) + 0.5
    room = render_room(ROOM, SIDE)
    if room.rgb is None or room.depth_m is None:
        raise ValueError("a room has both modalities")
    return {
        **attention,
        "plan": plan.astype(np.float32),
        "plan_between": np.array(["rgb", "text"]),
        "tokens_text": text.astype(np.float32),
        "tokens_rgb": rgb.astype(np.float32),
        "labels_text": words,
        "labels_rgb": patches,
        "latents": random.normal(size=(20, CHANNELS)).astype(np.float32),
        "prediction": np.array(SCORES, np.float32),
        "classes": np.array(CLASSES),
        "rgb": room.rgb,
        "depth": room.depth_m,
    }


def example_file() -> bytes:
    """Return the example as an NPZ."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **example_arrays())
    return buffer.getvalue()
