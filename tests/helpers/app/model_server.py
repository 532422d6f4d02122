"""A runner of models behind plain HTTP, in a thread of the tests."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fusionviz.models.serving.questions import MEDIA_TYPE
from fusionviz.models.serving.runner import ModelRunner


@dataclass(frozen=True)
class PlainServer:
    """A server that answers.

    Attributes:
        address: `http://127.0.0.1:...`.
        runner: What answers.
        close: Ends it.
    """

    address: str
    runner: ModelRunner
    close: Callable[[], None]


@contextlib.contextmanager
def plain_server(folder: Path) -> Iterator[PlainServer]:
    """Serve the models of a folder until the context ends."""
    runner = ModelRunner(folder, device="cpu")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            answer = runner.answer(question)
            self.send_response(200)
            self.send_header("Content-Type", MEDIA_TYPE)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        server.server_close()

    try:
        yield PlainServer(f"http://127.0.0.1:{server.server_port}", runner, close)
    finally:
        close()
