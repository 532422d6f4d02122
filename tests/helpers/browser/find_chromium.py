"""Find a Chromium for the browser tests, and with `--install` get one.

    python -m tests.helpers.browser.find_chromium [--install]

prints its path. It is one on the PATH, else Playwright's own; to get one, Playwright
downloads its own, else apt-get installs Debian's. Exits 1 with a sentence if there is
none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
NONE_FOUND = (
    "No Chromium was found: install chromium or Google Chrome so that it is on the "
    "PATH, or run `python -m playwright install chromium`."
)


def find() -> str | None:
    """Return the path of a Chromium or Chrome, None if there is none."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return _playwrights_own()


def install() -> str | None:
    """Return the path of a Chromium, after getting one where there was none."""
    administrator = [] if os.geteuid() == 0 else ["sudo", "-n"]
    ways = (
        [[sys.executable, "-m", "playwright", "install", "chromium"]],
        [
            [*administrator, "apt-get", "update", "-qq"],
            [*administrator, "apt-get", "install", "-y", "-qq", "chromium"],
        ],
    )
    path = find()
    for commands in ways:
        if path:
            break
        for command in commands:
            _try(command)
        path = find()
    return path


def _playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _try(command: list[str]) -> None:
    """Run a command; what fails shows in there being no Chromium afterwards."""
    if shutil.which(command[0]):
        subprocess.run(command, check=False, stdout=sys.stderr)


def main(arguments: list[str]) -> int:
    """Print the path, and return the exit code."""
    path = install() if "--install" in arguments else find()
    if path is None:
        print(NONE_FOUND, file=sys.stderr)  # noqa: T201
        return 1
    print(path)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
