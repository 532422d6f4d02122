"""Seconds that a person waits: for the first page, a warm page, and their own pair.

Run `python -m benchmarks.first_paint`. It starts the app as `make app` does, with the
shipped checkpoints, and looks at it with Chromium. A page counts as painted when its
script has run and every chart of it is drawn.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.side_by_side import report
from fusionviz.data.rooms import render_room
from tests.browser.conftest import ARGUMENTS, ready
from tests.browser.find_chromium import find

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5


def run() -> dict:
    """Return the seconds of every wait, a row each."""
    rows = [{"case": case, "seconds": value} for case, value in measure().items()]
    return report("first_paint", rows)


def measure() -> dict[str, float]:
    """Return seconds from `make app` to the first paint, and of what follows."""
    expect.set_options(timeout=120_000)
    port = _free_port()
    start = time.perf_counter()
    server = subprocess.Popen(
        ["make", "app", f"PORT={port}"],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
            window = browser.new_page(viewport={"width": 1280, "height": 800})
            _open(window, port)
            figures = {"make app to first paint": time.perf_counter() - start}
            figures["warm page"] = statistics.median(
                _seconds(lambda: _open(window, port)) for _ in range(ROUNDS)
            )
            figures |= _uploads(window)
            browser.close()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    return figures


def _uploads(window: Page) -> dict[str, float]:
    """Return seconds from giving a depth map, its RGB there already, to all panels."""
    window.get_by_text("Your files").click()
    seconds = []
    for seed in range(ROUNDS):
        room = render_room(900 + seed, size=(480, 640))
        depth_mm = (room.depth_m * 1000).astype(np.uint16)
        _give(window, "file_rgb", cv2.imencode(".png", room.rgb[..., ::-1])[1])
        ready(window)
        start = time.perf_counter()
        _give(window, "file_depth", cv2.imencode(".png", depth_mm)[1])
        expect(window.get_by_role("tab").first).to_be_visible()
        ready(window)
        seconds.append(time.perf_counter() - start)
    return {
        "upload to all panels": statistics.median(seconds),
        "upload to all panels, slowest": max(seconds),
    }


def _give(window: Page, key: str, data: np.ndarray) -> None:
    place = window.locator(f".st-key-{key}")
    for remove in place.get_by_test_id("stFileUploaderDeleteBtn").all():
        remove.get_by_role("button").click()
        ready(window)
    file = {"name": f"{key}.png", "mimeType": "image/png", "buffer": data.tobytes()}
    place.locator("input[type=file]").set_input_files(file)
    expect(place.get_by_test_id("stFileUploaderFile")).to_be_visible()


def _open(window: Page, port: int) -> None:
    for _ in range(600):
        try:
            window.goto(f"http://127.0.0.1:{port}/inputs")
            break
        except Exception as error:  # noqa: BLE001 - the server is not up yet
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            time.sleep(0.05)
    ready(window)


def _seconds(call: object) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
