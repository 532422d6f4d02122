"""The model server, as the app sees it: an address that answers questions."""

import http.client
import os
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from fusionviz.errors import InputError, ModelServerError, one_line
from fusionviz.models.serving.questions import (
    LARGEST_QUESTION,
    MEDIA_TYPE,
    PATH,
    ModelName,
    read_answer,
    write_question,
)

VARIABLE = "FUSIONVIZ_MODEL_SERVER"
"""Of the environment: `http://HOST:PORT` of the model server; without it, none."""

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 300.0
"""How long a model server may take to be there, and then to say something."""

LARGEST_ANSWER = 2**30
"""Bytes: all attention maps of a large model are some hundred megabytes."""

_PIECE = 2**20


class ModelServer:
    """A model server at an address. Threads may share it: it keeps no connection.

    Args:
        address: `http://HOST:PORT` or `https://...`.

    Raises:
        InputError: It is no such address.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._parts = _parts_of(self.address)

    def ask(
        self,
        name: ModelName,
        call: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:  # noqa: ANN401 - what the call answers
        """Return the answer to a question about a model.

        Args:
            name: Which model.
            call: A key of `fusionviz.models.serving.calls.CALLS`.
            args: Its arguments.
            kwargs: Those with names.

        Raises:
            ModelServerError: The server does not answer.
            FusionvizError: It refuses, and why.
            ValueError: It was asked what the model cannot do.
        """
        question = write_question(name, call, args, kwargs)
        if len(question) > LARGEST_QUESTION:
            raise InputError(
                f"this is too large for the model server, which reads at most "
                f"{LARGEST_QUESTION >> 20} MB: choose a smaller picture or a shorter "
                "sequence"
            )
        status, kind, content = self._send(question)
        if kind != MEDIA_TYPE:
            raise ModelServerError(
                f"what is at {self.address} answers {status}: it is no model server, "
                "or one that is starting; try again in a moment, or see its log"
            )
        return read_answer(content)

    def _send(self, question: bytes) -> tuple[int, str | None, bytes]:
        """Return status, media type and bytes of what the server answers."""
        connection = self._connection()
        try:
            try:
                connection.connect()
            except OSError as error:
                raise ModelServerError(
                    f"the model server at {self.address} is not there "
                    f"({one_line(error)}): start it with `python -m fusionviz "
                    "serve-models`, or the app without a model server"
                ) from error
            connection.sock.settimeout(ANSWER_SECONDS)
            connection.request(
                "POST", PATH, body=question, headers={"Content-Type": MEDIA_TYPE}
            )
            response = connection.getresponse()
            return response.status, response.getheader("Content-Type"), _read(response)
        except TimeoutError as error:
            raise ModelServerError(
                f"the model server at {self.address} has said nothing for "
                f"{ANSWER_SECONDS:.0f} seconds: it has too much to do; try again "
                "later, or ask for something smaller"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise ModelServerError(
                f"the model server at {self.address} ended while it was asked "
                f"({one_line(error)}): try again, and see its log"
            ) from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(
                host,
                port,
                timeout=CONNECT_SECONDS,
                context=ssl.create_default_context(),
            )
        return http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)


def _read(response: http.client.HTTPResponse) -> bytes:
    """Return the bytes of a response.

    Raises:
        ModelServerError: There are too many.
        IncompleteRead: There are fewer than it says.
    """
    content = bytearray()
    while piece := response.read(_PIECE):
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise ModelServerError(
                f"the model server answers with more than {LARGEST_ANSWER >> 20} MB: "
                "ask for something smaller"
            )
    if response.length:
        raise http.client.IncompleteRead(bytes(content), response.length)
    return bytes(content)


def _parts_of(address: str) -> SplitResult:
    """Return the parts of an address.

    Raises:
        InputError: It is none of a server.
    """
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_bare = not (parts.path or parts.query or parts.fragment or parts.username)
        if is_one and is_bare and parts.port != 0:
            return parts
    except ValueError as error:  # of a port
        raise InputError(_no_address(address)) from error
    raise InputError(_no_address(address))


def _no_address(address: str) -> str:
    return f"a model server is at http://HOST:PORT, got {address[:80]!r}"


def named_server(environment: Mapping[str, str] = os.environ) -> ModelServer | None:
    """Return the model server that the environment names, None where it names none.

    Raises:
        InputError: What it names is no address.
    """
    address = environment.get(VARIABLE, "").strip()
    return ModelServer(address) if address else None
