"""What readers of the app do, for the measurements of load and memory.

A reader is a session over the app's own WebSocket (`tests.helpers.app.session`): what
the server does is what it does for a browser, and no browser draws on the same cores.
"""

import hashlib
import io
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import numpy as np
import psutil
from PIL import Image
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from fusionviz.data.rooms import render_room
from fusionviz.ui.attention.page import TABS as ATTENTION_TABS
from fusionviz.ui.distributions.page import TABS as DISTRIBUTIONS_TABS
from fusionviz.ui.inputs.page import TABS as INPUTS_TABS
from fusionviz.ui.latents.page import TABS as LATENTS_TABS
from fusionviz.ui.robustness.page import TABS as ROBUSTNESS_TABS
from fusionviz.ui.scaling.page import TABS as SCALING_TABS
from fusionviz.ui.transport.page import TABS as TRANSPORT_TABS
from tests.helpers.app.session import elements

TABS: dict[str, tuple[str, ...]] = {
    "inputs": tuple(INPUTS_TABS),
    "latents": tuple(LATENTS_TABS),
    "attention": tuple(ATTENTION_TABS),
    "transport": tuple(TRANSPORT_TABS),
    "distributions": tuple(DISTRIBUTIONS_TABS),
    "robustness": tuple(ROBUSTNESS_TABS),
    "scaling": tuple(SCALING_TABS),
}
"""Every tab of every page that has tabs."""

TIMED = ("inputs", "Time")
"""The tab whose figures are seconds, so that they are never the same."""

LARGEST = (480, 640)
"""Pixels of the photographs that are brought."""

Files = dict[str, tuple[str, bytes]]


def address_of(page: str, tab: str = "", **said: object) -> str:
    """Return a link to a page, or to a tab of it."""
    words = {**({"tab": tab} if tab else {}), **said}
    query = "&".join(f"{key}={quote(str(value))}" for key, value in words.items())
    return f"/{page}?{query}"


@cache
def pair_of(seed: int, size: tuple[int, int] = LARGEST) -> Files:
    """Return an RGB picture and a depth map that nobody else brings."""
    room = render_room(seed, size)
    depth_mm = np.rint(1000 * np.asarray(room.depth_m)).astype(np.uint16)
    return {
        "file_rgb": (f"rgb{seed}.png", _png(np.asarray(room.rgb))),
        "file_depth": (f"depth{seed}.png", _png(depth_mm)),
    }


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def charts_of(answers: Sequence[ForwardMsg]) -> dict[str, str]:
    """Return the SHA-256 of what each chart draws, by what it says of itself."""
    charts: list[Any] = elements(answers, "plotly_chart")
    return {one.alt: hashlib.sha256(one.spec.encode()).hexdigest() for one in charts}


def troubles_of(answers: Sequence[ForwardMsg]) -> list[str]:
    """Return what went wrong on a page: exceptions, and errors that it says."""
    errors = [one for one in elements(answers, "alert") if one.format == one.ERROR]
    told = [one.message for one in elements(answers, "exception")]
    return told + [one.body for one in errors]


def resident_mb(process: int) -> float:
    """Return the memory that a process holds, in megabytes."""
    return psutil.Process(process).memory_info().rss / 1e6
