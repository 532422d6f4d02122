"""Take the pictures of the app's pages that README and docs/ show: `make pictures`.

`python -m docs.pictures [NAME ...]` starts the app with the shipped weights, opens each
page in Chromium and writes docs/images/NAME.webp. The picture of the Scaling page is
taken by `python -m benchmarks.documents.scaling --picture`, with the run that it is of.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.side_by_side import RESULTS
from tests.helpers.app.server import serve
from tests.helpers.browser.find_chromium import NONE_FOUND, find
from tests.helpers.browser.window import ARGUMENTS, ready

IMAGES = Path(__file__).parent / "images"
PATIENCE_MS = 180_000
QUALITY = 82
WIDTH, HEIGHT = 1280, 800
TALL = {"inputs": 1368}
"""Pixels, where what is shown goes on below the fold."""

VIEWS = {
    "inputs": "/inputs?seed=45",
    "latents": "/latents?seed=45&tab=Traverse&move1=3",
    "attention": "/attention?seed=45&tab=One+head&one_head=2.1&query=20",
    "transport": "/transport?data=utterance&utterance=12&tab=On+the+data",
    "distributions": "/distributions?data=utterance&utterance=12&tab=Embedding",
    "robustness": "/robustness?seed=3",
    "classroom": "/classroom",
}
"""What of each page is shown, as its address says it."""


def take(window: Page, address: str, path: Path) -> None:
    """Take the picture of a page once all of it is drawn."""
    window.goto(address)
    ready(window)
    window.wait_for_timeout(2000)  # charts fade in
    ready(window)
    with Image.open(io.BytesIO(window.screenshot())) as picture:
        picture.convert("RGB").save(path, quality=QUALITY, method=6)


def main() -> None:
    """Take all pictures, or those that are named."""
    path = find()
    if path is None:
        sys.exit(NONE_FOUND)
    names = sys.argv[1:] or list(VIEWS)
    expect.set_options(timeout=PATIENCE_MS)
    with (
        tempfile.TemporaryDirectory() as log,
        serve(Path(log), RESULTS.parents[1] / "checkpoints", RESULTS) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for name in names:
            window = browser.new_page(
                viewport={"width": WIDTH, "height": TALL.get(name, HEIGHT)},
                color_scheme="light",
            )
            window.set_default_timeout(PATIENCE_MS)
            take(window, server.address + VIEWS[name], IMAGES / f"{name}.webp")
            window.close()
        browser.close()


if __name__ == "__main__":
    main()
