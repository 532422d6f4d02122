"""The proxy of docker/nginx before two local replicas, of three that it believes in."""

import os
import re
import signal
import socket
from collections import Counter

import pytest
from websockets.exceptions import InvalidStatus

from tests.docker.reader import COOKIE, Reader, place_for_upload, run
from tests.helpers.app.session import elements
from tests.helpers.files.rgbd_bytes import image_bytes, photo

pytestmark = pytest.mark.slow

PICTURE = image_bytes(photo(), "PNG")


@pytest.fixture(params=["a", "b"])
def reader(behind, request) -> Reader:
    """Somebody who has been at a replica before."""
    return Reader(behind.host, cookies={COOKIE: request.param})


def test_the_password_is_asked_for(behind):
    stranger = Reader(behind.host, knows=False)
    for path in ("/", "/inputs", "/_stcore/health", "/_stcore/upload_file/a/b"):
        status, headers, body = stranger.get(path)
        assert status == 401, path
        assert "Basic" in headers["WWW-Authenticate"]
        assert b"streamlit" not in body.lower()
    with pytest.raises(InvalidStatus) as refused:
        stranger.open()
    assert refused.value.response.status_code == 401
    assert Reader(behind.host).get("/_stcore/health")[::2] == (200, b"ok")


def test_newcomers_are_shared_out_and_stay(behind):
    seen = Counter()
    for _ in range(60):
        newcomer = Reader(behind.host)
        newcomer.get("/")
        first = newcomer.cookies[COOKIE]
        seen[first] += 1
        _, headers, _ = newcomer.get("/inputs")
        again = "".join(headers.get_all("Set-Cookie") or [])
        assert COOKIE not in again
    # c is never there, and a takes over from it
    assert set(seen) == {"a", "b"}
    assert seen["b"] > 4


def test_a_made_up_cookie_is_replaced(behind):
    for made_up in ("z", "a:b", "../../a"):
        guest = Reader(behind.host, cookies={COOKIE: made_up})
        guest.get("/")
        assert guest.cookies[COOKIE] in ("a", "b")


def test_pages_come_over_the_websocket(reader):
    with reader.open() as line:
        answers = run(line)
    assert elements(answers, "plotly_chart")
    assert not elements(answers, "exception")


def test_uploads_reach_their_session_and_no_other(reader):
    reader.begin()
    other = {"a": "b", "b": "a"}[reader.cookies[COOKIE]]
    with reader.open() as line:
        address = place_for_upload(line, run(line))
        assert reader.upload(address, PICTURE) == 204
        elsewhere = Reader(reader.host, cookies=reader.cookies | {COOKIE: other})
        assert elsewhere.upload(address, PICTURE) == 400


def test_a_large_upload_goes_through(reader):
    reader.begin()
    with reader.open() as line:
        address = place_for_upload(line, run(line))
        assert reader.upload(address, os.urandom(49_000_000)) == 204


def test_pages_of_other_sites_are_refused(behind):
    reader = Reader(behind.host)
    assert reader.get("/", Origin="https://elsewhere.example")[0] == 403
    assert reader.get("/", Origin=f"http://{behind.host}")[0] == 200
    with pytest.raises(InvalidStatus) as refused:
        reader.open(Origin="https://elsewhere.example")
    assert refused.value.response.status_code == 403


def test_headers_are_set_once_each(behind):
    _, headers, _ = Reader(behind.host).get("/")
    for name in (
        *("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"),
        *("Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"),
    ):
        assert len(headers.get_all(name)) == 1, name
    (line,) = (one for one in headers.get_all("Set-Cookie") if one.startswith(COOKIE))
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert re.fullmatch(r"nginx", headers["Server"])


def test_a_class_goes_to_one_replica(behind):
    for code in ("ROOM12", "QX7", "A1"):
        places = set()
        for _ in range(8):
            pupil = Reader(behind.host)
            pupil.get("/")  # drawn anywhere
            pupil.get(f"/classroom?lesson=transport&class={code}")
            places.add(pupil.cookies[COOKIE])
        assert len(places) == 1


def test_the_interface_for_programs_is_not_there(behind):
    assert Reader(behind.host).get("/_stcore/agent/openapi.json")[0] == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 101), ("localhost", 101), ("turned.example", 403)],
)
def test_a_replica_answers_to_its_own_names(replicas, host, status):
    """Else a page could turn its name to this computer, and be of the app's origin."""
    port = int(replicas["a"].address.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Origin: http://{host}:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: streamlit\r\n\r\n".encode()
        )
        assert line.recv(64).startswith(f"HTTP/1.1 {status} ".encode())


def test_when_a_replica_is_gone_the_others_go_on(behind, replicas):
    """Last: it ends a replica for good."""
    stays = Reader(behind.host, cookies={COOKIE: "a"})
    moves = Reader(behind.host, cookies={COOKIE: "b"})
    with stays.open() as line, moves.open() as lost:
        run(line)
        run(lost)
        os.kill(replicas["b"].process, signal.SIGKILL)
        assert elements(run(line, "scaling"), "plotly_chart") is not None
        assert not elements(run(line), "exception")
        # A browser comes back by the WebSocket first, with the cookie that it has.
        with moves.open() as again:
            assert moves.cookies[COOKIE] == "a"
            moves.begin()
            answers = run(again)
            assert elements(answers, "plotly_chart")
            address = place_for_upload(again, answers)
            assert moves.upload(address, PICTURE) == 204
    newcomers = [Reader(behind.host) for _ in range(12)]
    assert all(one.get("/")[0] == 200 for one in newcomers)
    assert {one.cookies[COOKIE] for one in newcomers} == {"a"}
