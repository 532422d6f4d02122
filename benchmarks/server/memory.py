"""What the server holds in memory: after each page, after many uploads, and why.

    python -m benchmarks.server.memory    a reader's walk through all tabs, room, files
      --uploads 500                       so many pairs of files in one session
      --where                             the walk, then each cache let go in turn

It starts the app with the shipped checkpoints and prints megabytes of resident memory.
For `--where` the server runs in this process, so that its caches can be let go.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance

from benchmarks.server.visits import TABS, address_of, pair_of, resident_mb, troubles_of
from fusionviz.models.checkpoints import checkpoint_folder
from tests.helpers.app.server import free_port, serve, wait_until_up
from tests.helpers.app.session import Session

SEED, FILES = 23, (901, 902, 903)
SMALL = (240, 320)
REST_S = 25.0
"""Seconds after which free memory has been given back."""

DIFFERENT = 40
"""Pairs that are brought in turn; each has other bytes, and caches hold fewer."""


def walk(address: str, process: int) -> dict[str, float]:
    """Return megabytes after each round of one reader's walk, by what was shown.

    A round opens a tab of every page: an address opens a tab where the page is turned.
    """
    found = {"started": resident_mb(process)}
    with Session(address) as session:
        for what, seed in (("room", SEED), *(("files", n) for n in FILES)):
            session.open(address_of("scaling", seed=SEED))
            if what == "files":
                _tell_troubles(what, session.bring(pair_of(seed)))
            for number in range(max(map(len, TABS.values()))):
                for page, tabs in TABS.items():
                    if number < len(tabs) and page != session.page:
                        answers = session.open(address_of(page, tabs[number]))
                        _tell_troubles(f"{page}, {tabs[number]}", answers)
                found[f"{what} {seed}, tabs {number + 1}"] = resident_mb(process)
    return found


def _tell_troubles(what: str, answers: Sequence[ForwardMsg]) -> None:
    for trouble in troubles_of(answers):
        print(f"{what}: {trouble}")


def upload(address: str, process: int, count: int) -> dict[str, float]:
    """Return megabytes after so many uploads in one session, at ten points of them."""
    found = {}
    with Session(address) as session:
        session.open("/inputs")
        for number in range(count):
            answers = session.bring(pair_of(1000 + number % DIFFERENT, SMALL))
            _tell_troubles(f"upload {number}", answers)
            if (number + 1) % max(1, count // 10) == 0:
                found[f"{number + 1} uploads"] = resident_mb(process)
    return found


def _walk_and_let_go(address: str) -> None:
    """Walk, let go of one thing that is kept after another, print, and end all."""
    from fusionviz.ui.allocator import give_back, keep_little

    keep_little()
    wait_until_up(address)
    found = walk(address, os.getpid())
    give_back()
    found["free memory given back"] = resident_mb(os.getpid())
    for name, let_go in _kept().items():
        let_go()
        give_back()
        found[f"without {name}"] = resident_mb(os.getpid())
    _tell(found)
    os._exit(0)


def _kept() -> dict[str, Callable[[], object]]:
    """Return what lets go of each thing that the server keeps, by name."""
    from fusionviz.ui.shared import cache
    from fusionviz.ui.shared.notices import forget_everything

    return {
        "sessions that have left": _forget_sessions,
        "results of analysis": _forget_results,
        "exhibits": cache._shelf.clear,
        "MANGO's subjects": cache._subject.clear,
        "pairs of files": cache.pair.clear,
        "rooms": cache.room.clear,
        "features": cache.features.clear,
        "models": cache._model.clear,
        "all other caches": forget_everything,
    }


def _forget_sessions() -> None:
    """Let go of sessions that are kept in case their readers come back."""
    storage: Any = get_instance()._session_mgr
    for kept in storage._session_storage.list():
        storage._session_storage.delete(kept.session.id)


def _forget_results() -> None:
    """Let go of what functions of analysis keep."""
    for name, module in list(sys.modules.items()):
        if name.startswith("fusionviz.analysis"):
            for one in vars(module).values():
                getattr(one, "cache_clear", lambda: None)()


def _tell(found: dict[str, float]) -> None:
    whole = {name: round(value) for name, value in found.items()}
    print(json.dumps(whole, indent=1), flush=True)


def _serve_here() -> None:
    """Run the server in this process, and a reader in a thread of it."""
    from streamlit.web.cli import main as streamlit

    port = free_port()
    address = f"http://127.0.0.1:{port}"
    threading.Thread(target=_walk_and_let_go, args=(address,), daemon=True).start()
    sys.argv = ["streamlit"]
    streamlit(["run", "app.py", "--server.port", str(port)], prog_name="streamlit")


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=0)
    parser.add_argument("--where", action="store_true")
    asked = parser.parse_args()
    if asked.where:
        _serve_here()
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), checkpoint_folder()) as server,
    ):
        if asked.uploads:
            found = upload(server.address, server.process, asked.uploads)
        else:
            found = walk(server.address, server.process)
        time.sleep(REST_S)
        _tell({**found, "at rest": resident_mb(server.process)})


if __name__ == "__main__":
    main()
