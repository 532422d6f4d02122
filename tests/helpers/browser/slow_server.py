"""A server whose answers reach the browser when the test says so."""

from playwright.sync_api import Page, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class SlowServer:
    """Stands between a window and the server, and can hold what the server answers.

    Args:
        window: Before it opens the app.
    """

    def __init__(self, window: Page) -> None:
        self._window, self._holds = window, False
        self._browser: WebSocketRoute | None = None
        self._held: list[str | bytes] = []
        window.route_web_socket("**/_stcore/stream", self._connect)

    def hold(self) -> None:
        """Keep every answer from now on."""
        self._holds = True

    def wait_for_runs(self, count: int) -> None:
        """Wait until so many runs have ended whose answers are kept."""
        for _ in range(600):
            ended = sum(is_end(answer) for answer in self._held)
            if ended >= count:
                return
            self._window.wait_for_timeout(100)
        raise AssertionError(f"{ended} of {count} runs have ended within a minute")

    def release_run(self) -> None:
        """Let the answers of the first of the kept runs through."""
        while self._held:
            answer = self._held.pop(0)
            self._browser.send(answer)
            if is_end(answer):
                return

    def release(self) -> None:
        """Let every answer through from now on."""
        self._holds = False
        while self._held:
            self._browser.send(self._held.pop(0))

    def _connect(self, browser: WebSocketRoute) -> None:
        self._browser = browser
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(self._answer)

    def _answer(self, answer: str | bytes) -> None:
        if self._holds:
            self._held.append(answer)
        else:
            self._browser.send(answer)


def is_end(answer: str | bytes) -> bool:
    """Tell whether an answer says that a run has ended."""
    if isinstance(answer, str):
        return False
    return ForwardMsg.FromString(answer).WhichOneof("type") == "script_finished"
