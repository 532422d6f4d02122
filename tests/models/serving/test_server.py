"""A model server that is not there, or not one: a sentence each, and no waiting."""

import contextlib
import socket
import threading
import time

import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError, ModelServerError
from fusionviz.explain.pairs import load_subject, name_room
from fusionviz.models.serving import server as module
from fusionviz.models.serving.calls import GUESS
from fusionviz.models.serving.questions import ModelName
from fusionviz.models.serving.server import VARIABLE, ModelServer, named_server
from tests.helpers.app.model_server import plain_server
from tests.helpers.app.server import free_port

NAME = ModelName(checkpoint="mango-tiny", sha256="0")


@contextlib.contextmanager
def says(content, wait=0.0):
    """Somebody who answers every caller with the same bytes, or not at all."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def work():
            with contextlib.suppress(OSError):
                line, _ = listener.accept()
                line.settimeout(0.2)
                with contextlib.suppress(TimeoutError):
                    while line.recv(65536):
                        pass
                time.sleep(wait)
                if content is not None:
                    line.sendall(content)
                line.close()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


def ask(address):
    return ModelServer(address).ask(NAME, GUESS.name, (torch.zeros(1), "depth"), {})


def test_nobody_is_there():
    begun = time.monotonic()
    with pytest.raises(ModelServerError, match="is not there.*serve-models"):
        ask(f"http://127.0.0.1:{free_port()}")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "no model server"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "answers 503"),
        (b"HTTP/1.1 200 OK\r\nContent-Len", "answers 200"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "ended while it was"),
        (b"SSH-2.0-OpenSSH_9\r\n", "ended while it was asked"),
        (None, "ended while it was asked"),
    ],
)
def test_somebody_else_is_there_or_ends(content, told):
    with says(content) as address, pytest.raises(ModelServerError, match=told) as no:
        ask(address)
    assert "\n" not in str(no.value)


def test_it_says_nothing_for_long(monkeypatch):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)
    with says(None, 0.6) as address:  # noqa: SIM117
        with pytest.raises(ModelServerError, match="has said nothing for"):
            ask(address)


def test_an_answer_may_be_too_long(monkeypatch):
    monkeypatch.setattr(module, "LARGEST_ANSWER", 100)
    kind = module.MEDIA_TYPE.encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n"
    with says(head + b"\0" * 101) as address:  # noqa: SIM117
        with pytest.raises(ModelServerError, match="more than"):
            ask(address)


def test_an_answer_that_is_no_message_is_refused():
    kind = module.MEDIA_TYPE.encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n"
    with says(head + b"nothing") as address:  # noqa: SIM117
        with pytest.raises(ModelServerError, match="same version.*no message"):
            ask(address)


def test_a_question_may_be_too_long(monkeypatch):
    monkeypatch.setattr(module, "LARGEST_QUESTION", 100)
    with pytest.raises(InputError, match="too large"):
        ask("http://127.0.0.1:1")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1:8600", "ftp://host", "http://", "http://host:x", "file:///etc"),
        *("http://host:8600/path", "http://a@host", "http://host?x=1", "http://h:0"),
        *("http://host:99999", "nothing"),
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InputError, match="http://HOST:PORT"):
        ModelServer(address)


def test_the_environment_names_one_or_none():
    assert named_server({}) is None
    assert named_server({VARIABLE: " "}) is None
    found = named_server({VARIABLE: "http://host:8600/"})
    assert found is not None
    assert found.address == "http://host:8600"


def test_it_ends_between_two_questions_and_comes_back(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    with plain_server(tiny_checkpoints) as server:
        monkeypatch.setenv(VARIABLE, server.address)
        subject, _ = load_subject(render_room(5), name_room(5), "mango-tiny")
        assert subject.x.shape == (1, 32, 8)
    with pytest.raises(ModelServerError, match="is not there"):
        subject.z  # noqa: B018
    with plain_server(tiny_checkpoints) as other:
        monkeypatch.setenv(VARIABLE, other.address)
        again, _ = load_subject(render_room(5), name_room(5), "mango-tiny")
        assert again.z.isfinite().all()
