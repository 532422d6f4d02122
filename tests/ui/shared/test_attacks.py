"""What strangers send to the server: paths, headers, addresses, uploads, bombs."""

import http.client
import io
import zipfile
import zlib
from urllib.parse import quote, urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from fusionviz.data.attention.files import read_attention
from fusionviz.data.rgbd_files import read_pair
from fusionviz.data.sequences.files import read_sequences
from tests.fuzz.judge import judge
from tests.fuzz.kinds import Kind
from tests.helpers.app.server import serve
from tests.helpers.app.session import Session, elements, visit
from tests.helpers.files.rgbd_bytes import image_bytes, npy_header, photo, png_of

SECRET = "root:"
"""How /etc/passwd begins."""


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny_checkpoints):
    folder = tmp_path_factory.mktemp("server")
    with serve(folder, tiny_checkpoints) as found:
        yield found


def ask(server, path, *, method="GET", body=None, **headers):
    """Return status and body of an answer; the path is sent as it is."""
    line = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request(method, path, body=body, headers=named)
    answer = line.getresponse()
    found = answer.status, answer.read(), answer.headers
    line.close()
    return found


UP = ("../" * 12, "..%2f" * 12, "%2e%2e/" * 12, "..\\" * 12, "....//" * 12, "//")
ROOTS = (
    *("/", "/static/", "/app/static/", "/media/", "/component/", "/_stcore/"),
    *("/_stcore/upload_file/", "/_stcore/bidi-components/", "/_stcore/component/"),
)


@pytest.mark.parametrize("root", ROOTS)
def test_no_path_leads_out_of_the_app(server, root):
    for up in UP:
        for target in ("etc/passwd", "etc/passwd%00.png", "proc/self/environ"):
            status, body, _ = ask(server, f"{root}{up}{target}")
            assert status in (200, 400, 403, 404, 405), (root, up)
            assert SECRET not in body.decode("utf-8", "replace")
            assert b"FUSIONVIZ_CHECKPOINTS" not in body


def test_own_files_are_not_served(server):
    for path in ("app.py", "pyproject.toml", ".streamlit/config.toml", "checkpoints"):
        _, body, _ = ask(server, f"/{path}")
        assert b"maxUploadSize" not in body
        assert b"from fusionviz" not in body


def test_headers_do_no_harm(server):
    for headers in (
        {"Host": "evil.example"},
        {"X_Forwarded_For": "1.2.3.4, <script>"},
        {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "gopher"},
        {"Cookie": "_streamlit_xsrf=" + "x" * 3000},
        {"Content_Length": "-5"},
        {"Range": "bytes=0-999999999999"},
        {"Accept": "a" * 8000},
    ):
        status, body, answered = ask(server, "/_stcore/health", **headers)
        assert status in (200, 206, 400, 416), headers
        assert b"evil" not in body
        assert "evil" not in str(answered)
    assert ask(server, "/_stcore/health")[:2] == (200, b"ok")


@pytest.mark.parametrize(
    ("method", "status"),
    [("PUT", {403}), ("DELETE", {403}), ("POST", {404, 405}), ("TRACE", {404, 405})],
)
def test_uploads_without_a_token_are_refused(server, method, status):
    path = "/_stcore/upload_file/no-session/no-file"
    assert ask(server, path, method=method, body=b"x")[0] in status


def test_a_token_of_ones_own_making_needs_a_session(server):
    token = "2|00000000|0123456789abcdef|1700000000"
    headers = {"X_Xsrftoken": token, "Cookie": f"_streamlit_xsrf={token}"}
    path = "/_stcore/upload_file/no-session/..%2f..%2fevil"
    status, _, _ = ask(server, path, method="PUT", body=b"x", **headers)
    assert status in (400, 403, 404)


def test_a_page_elsewhere_gets_no_line_to_the_server(server):
    address = server.address.replace("http", "ws", 1) + "/_stcore/stream"
    with pytest.raises(InvalidHandshake):
        connect(address, origin="http://evil.example", subprotocols=["streamlit"])


@pytest.mark.parametrize(
    "query",
    [
        "seed=" + "9" * 20_000,
        "tab=" + quote("<script>alert(1)</script>"),
        "depth_name=" + quote("../../../etc/passwd"),
        "rgb_file=" + quote("../../../etc/passwd") + "&depth_file=%00",
        "&".join(f"a{n}=1" for n in range(2000)),
        "seed=1&seed=2&seed=3&tab=Time&tab=Transport",
        "mango=" + quote("../../../etc/passwd"),
        "lesson=" + quote("../../../etc/passwd"),
        "%ff%fe=%ff&=&&&==",
    ],
    ids=lambda query: query[:24],
)
def test_addresses_do_no_harm(server, query):
    for page in ("/inputs", "/classroom"):
        answers = visit(server.address, f"{page}?{query}")
        assert not elements(answers, "exception")
        told = b"".join(answer.SerializeToString() for answer in answers)
        assert SECRET.encode() not in told


def test_messages_that_are_none_do_not_end_the_server(server):
    for message in (
        b"",
        b"\xff" * 99,
        "text",
        b"\0" * 1_000_000,
        BackMsg().SerializeToString(),
    ):
        with connect(
            server.address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
        ) as line:
            line.send(message)
    assert elements(visit(server.address, "/inputs"), "plotly_chart")


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "a\0b.png", "x" * 200, "<img src=x>.png", '"; rm']
)
def test_names_of_files_are_text_and_no_paths(server, name):
    data = image_bytes(photo(), "PNG")
    with Session(server.address) as session:
        session.open("/inputs")
        clean = name.replace('"', "%22").replace("\0", "%00")
        answers = session.bring({"file_rgb": (clean, data)})
        assert not elements(answers, "exception")
        assert elements(answers, "plotly_chart")


def test_a_stranger_cannot_reach_the_files_of_another_session(server):
    with Session(server.address) as one, Session(server.address) as two:
        for session in (one, two):
            session.open("/inputs")
        one.bring({"file_rgb": ("a.png", image_bytes(photo(), "PNG"))})
        path = f"/_stcore/upload_file/{one.id}/"
        for method in ("GET", "POST"):
            status, body, _ = ask(server, path + "a", method=method)
            assert status in (200, 404, 405)  # 200: the app's own page
            assert b"PNG" not in body
        assert two.id != one.id


def _zip_of(name, body):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return buffer.getvalue()


def _nested(levels):
    data = bytes(20_000_000)
    for level in range(levels):
        data = _zip_of(f"{level}.zip", data)
    return data


ZEROS = 150_000_000
"""Bytes that a bomb unpacks to, as a rule."""


def _npz(shape, body=b""):
    return _zip_of("depth.npy", npy_header(shape) + body)


BOMBS = {
    "NPZ of a vast array": lambda: _npz((40_000, 50_000), bytes(9)),
    "NPZ of zeros": lambda: _npz((6_000, 6_000), bytes(ZEROS)),
    "NPZ of more zeros than it says": lambda: _npz((60, 60), bytes(2 * ZEROS)),
    "ZIP in ZIP": lambda: _nested(4),
    "table of one line": lambda: _zip_of("audio.csv", b"1," * (ZEROS // 2)),
    "table of many lines": lambda: _zip_of("audio.csv", b"1\n" * (ZEROS // 2)),
    "PNG of 400 megapixels": lambda: png_of(
        20_000, 20_000, 8, 0, zlib.compress(bytes(ZEROS))
    ),
    "PNG of 39 megapixels": lambda: png_of(
        6_000, 6_500, 16, 6, zlib.compress(bytes(2 * ZEROS))
    ),
    "NPY of a vast array": lambda: npy_header((1_000_000_000,)),
    "NPY of strings": lambda: npy_header((1_000_000,), "'<U900000'"),
}
READERS = {
    "picture": lambda data: read_pair(data, None),
    "depth": lambda data: read_pair(None, data),
    "attention": read_attention,
    "sequences": lambda data: read_sequences({"a.zip": data}),
    "table": lambda data: read_sequences({"audio.npz": data}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_go_off_nowhere(name):
    bomb = BOMBS[name]()
    assert len(bomb) < 2_000_000
    readings = iter([lambda read=read: read(bomb) for read in READERS.values()])

    def mutated(random):
        return next(readings, lambda: None)

    found = list(judge(Kind(name=name, share=1, mutated=mutated), 0))[: len(READERS)]
    assert [one.end for one in found if not one.is_sound] == []
    assert "refused" in {one.end for one in found}
