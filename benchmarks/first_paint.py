"""Seconds that a person waits: for the first page, a warm page, a new room, their pair.

Run `python -m benchmarks.first_paint`. It starts the app as `make app` does, with the
shipped checkpoints, and looks at it with Chromium. A page counts as painted when its
script has run and every chart of it is drawn. Of each tab's first visit with a room
that nobody has seen it tells the server's processor time too, which other work on the
machine does not change.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
import psutil
from playwright.sync_api import FilePayload, Page, Playwright, expect, sync_playwright

from benchmarks.side_by_side import report
from fusionviz.data.rooms import render_room
from fusionviz.ui.attention.page import TABS as ATTENTION_TABS
from fusionviz.ui.distributions.page import TABS as DISTRIBUTIONS_TABS
from fusionviz.ui.latents.page import TABS as LATENTS_TABS
from fusionviz.ui.scaling.page import TABS as SCALING_TABS
from fusionviz.ui.transport.page import TABS as TRANSPORT_TABS
from tests.helpers.browser.find_chromium import find
from tests.helpers.browser.window import ARGUMENTS, ready

ROOT = Path(__file__).resolve().parents[1]
NOT_UP_YET = ("ERR_CONNECTION_REFUSED", "chrome-error")
ROUNDS = 5
NEW_ROOM = 5000
"""Rooms after this one are seen by nobody else."""

TABS = {
    "latents": tuple(LATENTS_TABS),
    "attention": tuple(ATTENTION_TABS),
    "transport": tuple(TRANSPORT_TABS),
    "distributions": tuple(DISTRIBUTIONS_TABS),
    "scaling": tuple(SCALING_TABS),
}
DRAWING = {"3-D drawn in software": (), "without 3-D": ("--disable-3d-apis",)}
"""Without a GPU the browser itself draws 3-D, on the same cores as the server."""


def run() -> dict:
    """Return the seconds of every wait, a row each."""
    rows = [{"case": case, "seconds": value} for case, value in measure().items()]
    return report("first_paint", rows)


def measure() -> dict[str, float]:
    """Return seconds from `make app` to the first paint, and of what follows."""
    expect.set_options(timeout=120_000)
    port = _free_port()
    figures: dict[str, float] = {}
    start = time.perf_counter()
    server = subprocess.Popen(
        ["make", "app", f"PORT={port}"],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        with sync_playwright() as playwright:
            for label, more in DRAWING.items():
                browser = playwright.chromium.launch(
                    executable_path=find(), args=[*ARGUMENTS, *more]
                )
                window = browser.new_page(viewport={"width": 1280, "height": 800})
                _open(window, port)
                figures.setdefault(
                    "make app to first paint", time.perf_counter() - start
                )
                figures[f"warm page, {label}"] = statistics.median(
                    _seconds(partial(_open, window, port)) for _ in range(ROUNDS)
                )
                figures |= {
                    f"{case}, {label}": value
                    for case, value in _uploads(window, port).items()
                }
                browser.close()
            figures |= _warm_tabs(playwright, port)
            figures |= _first_visits(playwright, port, server.pid)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    return figures


def _warm_tabs(playwright: Playwright, port: int) -> dict[str, float]:
    """Return seconds to open each tab of a page that somebody has opened before."""
    browser = playwright.chromium.launch(
        executable_path=find(), args=[*ARGUMENTS, "--disable-3d-apis"]
    )
    window = browser.new_page(viewport={"width": 1280, "height": 800})
    figures = {}
    for page, tabs in TABS.items():
        for tab in tabs:
            path = f"{page}?tab={quote(tab)}"
            _open(window, port, path)
            figures[f"warm page, {page}, {tab}"] = statistics.median(
                _seconds(partial(_open, window, port, path)) for _ in range(ROUNDS)
            )
    browser.close()
    return figures


def _first_visits(playwright: Playwright, port: int, server: int) -> dict[str, float]:
    """Return seconds to open each tab with a room that nobody has seen."""
    browser = playwright.chromium.launch(
        executable_path=find(), args=[*ARGUMENTS, "--disable-3d-apis"]
    )
    window = browser.new_page(viewport={"width": 1280, "height": 800})
    figures, room = {}, NEW_ROOM
    for page, tabs in TABS.items():
        for tab in tabs:
            room += 1
            before = _processor_seconds(server)
            case = f"first visit, {page}, {tab}"
            path = f"{page}?seed={room}&tab={quote(tab)}"
            figures[case] = _seconds(partial(_open, window, port, path))
            figures[f"{case}, processor"] = _processor_seconds(server) - before
    browser.close()
    return figures


def _processor_seconds(server: int) -> float:
    """Return what a process and those that it started have taken of processors."""
    first = psutil.Process(server)
    times = [one.cpu_times() for one in (first, *first.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _uploads(window: Page, port: int) -> dict[str, float]:
    """Return seconds from giving a depth map, its RGB there already, to all panels."""
    seconds = []
    for seed in range(ROUNDS):
        room = render_room(900 + seed, size=(480, 640))
        depth_mm = (np.asarray(room.depth_m) * 1000).astype(np.uint16)
        _open(window, port)
        window.get_by_text("Your files").click()
        expect(window.get_by_text("RGB picture", exact=True)).to_be_visible()
        _give(
            window, "file_rgb", cv2.imencode(".png", np.asarray(room.rgb)[..., ::-1])[1]
        )
        start = time.perf_counter()
        _give(window, "file_depth", cv2.imencode(".png", depth_mm)[1])
        seconds.append(time.perf_counter() - start)
    return {
        "upload to all panels": statistics.median(seconds),
        "upload to all panels, slowest": max(seconds),
    }


def _give(window: Page, key: str, data: np.ndarray) -> None:
    place = window.locator(f".st-key-{key}")
    file = FilePayload(name=f"{key}.png", mimeType="image/png", buffer=data.tobytes())
    place.locator("input[type=file]").set_input_files(file)
    expect(place.get_by_text(f"{key}.png")).to_be_visible()
    ready(window)


def _open(window: Page, port: int, path: str = "inputs") -> None:
    for _ in range(600):
        try:
            window.goto(f"http://127.0.0.1:{port}/{path}")
            break
        except Exception as error:  # noqa: BLE001 - the server is not up yet
            if not any(word in str(error) for word in NOT_UP_YET):
                raise
            time.sleep(0.05)
    ready(window)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
