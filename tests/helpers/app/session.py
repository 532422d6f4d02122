"""A session with the app as a browser has it, over its WebSocket, without a browser."""

import urllib.request
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE_SECONDS = 240

_BOUNDARY = "fusionviz-file"


class Session(AbstractContextManager["Session"]):
    """One reader: turns pages, moves widgets, brings files.

    Widgets that were moved stay so until the session ends.

    Args:
        address: Of the server, `http://...`.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.token = _token(address)
        self.id = ""
        self.page = ""
        self._query = ""
        self._widgets: dict[str, WidgetState] = {}
        self._elements: dict[str, Any] = {}
        self._line: ClientConnection = connect(
            address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            open_timeout=PATIENCE_SECONDS,
            ping_interval=None,
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave, as by closing the window."""
        self._line.close()

    def open(self, page: str) -> list[ForwardMsg]:
        """Return all that the server says until a page is drawn.

        Args:
            page: `/transport?data=utterance`.

        Raises:
            TimeoutError: The page was not drawn in time.
        """
        parts = urlsplit(page)
        self.page, self._query = parts.path.strip("/"), parts.query
        return self.run()

    def set_number(self, key: str, value: int) -> list[ForwardMsg]:
        """Move a widget of whole numbers; return what the server says."""
        element = self._elements[key]
        self._widgets[element.id] = WidgetState(id=element.id, int_value=value)
        return self.run()

    def bring(self, files: Mapping[str, tuple[str, bytes]]) -> list[ForwardMsg]:
        """Drop files in their places; return what the server says.

        Args:
            files: Name and bytes by the key of the place.

        Raises:
            OSError: The server does not take a file.
        """
        places = self._ask_for_places([name for name, _ in files.values()])
        for (key, (name, data)), place in zip(files.items(), places, strict=True):
            self._put(place.upload_url, name, data)
            info = UploadedFileInfo(
                name=name, size=len(data), file_id=place.file_id, file_urls=place
            )
            state = WidgetState(id=self._elements[key].id)
            self._delete(self._widgets.get(state.id, state))
            state.file_uploader_state_value.uploaded_file_info.append(info)
            self._widgets[state.id] = state
        return self.run()

    def run(self) -> list[ForwardMsg]:
        """Run the page as it stands; return what the server says until it is drawn."""
        question = BackMsg()
        question.rerun_script.query_string = self._query
        question.rerun_script.page_name = self.page
        question.rerun_script.widget_states.widgets.extend(self._widgets.values())
        self._line.send(question.SerializeToString())
        answers: list[ForwardMsg] = []
        while not answers or not is_drawn(answers[-1]):
            answers.append(self._receive())
        return answers

    def _receive(self) -> ForwardMsg:
        answer = ForwardMsg.FromString(self._line.recv(PATIENCE_SECONDS))
        what = answer.WhichOneof("type")
        if what == "new_session":
            self.id = answer.new_session.initialize.session_id or self.id
        elif what == "page_info_changed":
            self._query = answer.page_info_changed.query_string
        for element in _new_elements([answer]):
            named = getattr(element, element.WhichOneof("type"))
            key = str(getattr(named, "id", "")).rpartition("-")[2]
            if key:
                self._elements[key] = named
        return answer

    def _ask_for_places(self, names: list[str]) -> list[FileURLs]:
        question = BackMsg()
        question.file_urls_request.request_id = uuid.uuid4().hex
        question.file_urls_request.session_id = self.id
        question.file_urls_request.file_names.extend(names)
        self._line.send(question.SerializeToString())
        while True:
            answer = self._receive()
            if answer.WhichOneof("type") == "file_urls_response":
                return list(answer.file_urls_response.file_urls)

    def _delete(self, state: WidgetState) -> None:
        """Take back the files of a place, as a browser does before others come."""
        for one in state.file_uploader_state_value.uploaded_file_info:
            self._send("DELETE", one.file_urls.delete_url, b"", "")

    def _put(self, url: str, name: str, data: bytes) -> None:
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        body = head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
        self._send("PUT", url, body, f"multipart/form-data; boundary={_BOUNDARY}")

    def _send(self, method: str, url: str, body: bytes, kind: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.address + url,
            data=body,
            method=method,
            headers={
                "Content-Type": kind,
                "Cookie": f"_streamlit_xsrf={self.token}",
                "X-Xsrftoken": self.token,
            },
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):  # noqa: S310
            pass


def _token(address: str) -> str:
    """Return what the server gives a browser, to tell its own pages from others'."""
    health = f"{address}/_stcore/health"
    with urllib.request.urlopen(health, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        cookie = str(answer.headers["Set-Cookie"])
    return cookie.partition("_streamlit_xsrf=")[2].partition(";")[0].strip('"')


def is_drawn(answer: ForwardMsg) -> bool:
    """Whether a run has ended, and not to begin again."""
    return answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and (
        answer.WhichOneof("type") == "script_finished"
    )


def _new_elements(answers: Iterable[ForwardMsg]) -> Iterator[Any]:
    for answer in answers:
        is_delta = answer.WhichOneof("type") == "delta"
        if is_delta and answer.delta.WhichOneof("type") == "new_element":
            yield answer.delta.new_element


def elements(answers: Iterable[ForwardMsg], kind: str) -> list[Any]:
    """Return the elements of a kind, such as `exception` or `plotly_chart`."""
    return [
        getattr(one, kind)
        for one in _new_elements(answers)
        if one.WhichOneof("type") == kind
    ]


def visit(address: str, page: str) -> list[ForwardMsg]:
    """Return all that the server says to a new session until a page is drawn.

    Raises:
        TimeoutError: The page was not drawn in time.
    """
    with Session(address) as session:
        return session.open(page)
