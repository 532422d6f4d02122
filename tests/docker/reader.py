"""A reader behind the proxy without a browser: password, cookies, WebSocket, upload."""

import base64
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.client import HTTPMessage
from http.cookies import SimpleCookie

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.docker.proxy import NAME, PASSWORD
from tests.helpers.app.session import is_drawn

COOKIE = "fusionviz_replica"
PATIENCE_SECONDS = 240


@dataclass
class Reader:
    """Somebody with a password and a jar of cookies.

    Attributes:
        host: Of the proxy.
        knows: Whether they send the password.
        cookies: By name.
    """

    host: str
    knows: bool = True
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """What they send with every request."""
        told = {}
        if self.knows:
            pair = base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
            told["Authorization"] = f"Basic {pair}"
        if self.cookies:
            jar = (f"{name}={value}" for name, value in self.cookies.items())
            told["Cookie"] = "; ".join(jar)
        return told

    def get(self, path: str, **more: str) -> tuple[int, HTTPMessage, bytes]:
        """Return status, headers and body of a page."""
        return self._ask(urllib.request.Request(f"http://{self.host}{path}"), more)

    def begin(self) -> None:
        """Ask for what a browser asks for first, and keep the cookies that it sets."""
        self.get("/")
        self.get("/_stcore/health")
        self.get("/_stcore/host-config")

    def open(self, **more: str) -> ClientConnection:
        """Return an open WebSocket, as the browser opens one."""
        origin = more.pop("Origin", f"http://{self.host}")
        line = connect(
            f"ws://{self.host}/_stcore/stream",
            origin=origin,  # type: ignore[arg-type]
            additional_headers=self.headers | more,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=PATIENCE_SECONDS,
        )
        assert line.response is not None
        self._keep(line.response.headers.get_all("Set-Cookie"))
        return line

    def upload(self, address: str, data: bytes) -> int:
        """Return the status of an upload."""
        edge = uuid.uuid4().hex
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; '
            'filename="rgb.png"\r\nContent-Type: image/png\r\n\r\n'
        ).encode()
        request = urllib.request.Request(
            f"http://{self.host}{address}",
            data=body + data + f"\r\n--{edge}--\r\n".encode(),
            method="PUT",
        )
        more = {
            "Content-Type": f"multipart/form-data; boundary={edge}",
            "X-Xsrftoken": self.cookies["_streamlit_xsrf"],
            "Origin": f"http://{self.host}",
        }
        return self._ask(request, more)[0]

    def _ask(
        self, request: urllib.request.Request, more: dict[str, str]
    ) -> tuple[int, HTTPMessage, bytes]:
        for name, value in (self.headers | more).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, headers, body = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, headers, body = error.code, error.headers, error.read()
        self._keep(headers.get_all("Set-Cookie") or [])
        return status, headers, body

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value


def run(line: ClientConnection, page: str = "inputs") -> list[ForwardMsg]:
    """Ask for a page over an open WebSocket; return what is said until it is drawn."""
    question = BackMsg()
    question.rerun_script.page_name = page
    line.send(question.SerializeToString())
    answers: list[ForwardMsg] = []
    while not answers or not is_drawn(answers[-1]):
        answers.append(ForwardMsg.FromString(line.recv(PATIENCE_SECONDS)))
    return answers


def place_for_upload(line: ClientConnection, answers: list[ForwardMsg]) -> str:
    """Return the address that a session gives for an upload."""
    started = next(one for one in answers if one.WhichOneof("type") == "new_session")
    question = BackMsg()
    question.file_urls_request.request_id = "1"
    question.file_urls_request.file_names.append("rgb.png")
    session = started.new_session.initialize.session_id
    question.file_urls_request.session_id = session
    line.send(question.SerializeToString())
    while True:
        answer = ForwardMsg.FromString(line.recv(PATIENCE_SECONDS))
        if answer.WhichOneof("type") == "file_urls_response":
            return answer.file_urls_response.file_urls[0].upload_url
