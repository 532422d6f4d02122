"""The app as a process of its own, on a port of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.app.pages import ROOT

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Attributes:
        address: `http://127.0.0.1:...`.
        log: File of what it says.
        process: Its number.
    """

    address: str
    log: Path
    process: int


@contextlib.contextmanager
def serve(
    folder: Path, checkpoints: Path, results: Path | None = None
) -> Iterator[Server]:
    """Start the app freshly, and end it afterwards.

    Args:
        folder: For its log.
        checkpoints: Folder of the models that it offers.
        results: Folder of recorded runs; the project's if not given.
    """
    found = {} if results is None else {"FUSIONVIZ_RESULTS": str(results)}
    port = free_port()
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "fusionviz.ui.serve", "app.py"),
                *("--server.port", str(port)),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                **found,
                "FUSIONVIZ_CHECKPOINTS": str(checkpoints),
                "OMP_NUM_THREADS": "1",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", log, process.pid)
    try:
        try:
            wait_for(server.address, process)
        except RuntimeError as error:
            raise RuntimeError(f"{error}:\n{log.read_text()}") from error
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, process: subprocess.Popen) -> None:
    """Wait until the app answers at an address.

    Raises:
        RuntimeError: It does not, or its process has ended.
    """
    wait_until_up(address, lambda: process.poll() is None)


def wait_until_up(address: str, is_there: Callable[[], bool] = lambda: True) -> None:
    """Wait until the app answers at an address.

    Args:
        address: `http://127.0.0.1:...`.
        is_there: Whether it is worth waiting.

    Raises:
        RuntimeError: It does not answer.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and is_there():
        try:
            with urllib.request.urlopen(
                address + "/_stcore/health", timeout=1
            ) as found:
                if found.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
