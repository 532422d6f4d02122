"""Two replicas with tiny models and the proxy before them; a third is never there."""

import socket
from collections.abc import Iterator

import pytest

from tests.docker.proxy import Proxy, find_nginx, proxy
from tests.helpers.app.server import Server, serve

ABSENT = "c"


@pytest.fixture(scope="module")
def replicas(tmp_path_factory, tiny_checkpoints) -> Iterator[dict[str, Server]]:
    """The replicas that run, by name."""
    if find_nginx() is None:
        pytest.skip("there is no nginx here: apt-get install nginx-light")
    with (
        serve(tmp_path_factory.mktemp("a"), tiny_checkpoints) as first,
        serve(tmp_path_factory.mktemp("b"), tiny_checkpoints) as second,
    ):
        yield {"a": first, "b": second}


@pytest.fixture(scope="module")
def behind(tmp_path_factory, replicas) -> Iterator[Proxy]:
    """The proxy, which believes that there is a third replica too."""
    nginx = find_nginx()
    assert nginx is not None
    ports = {name: int(one.address.rsplit(":", 1)[1]) for name, one in replicas.items()}
    with socket.socket() as nobody:  # bound, and listening to nobody
        nobody.bind(("127.0.0.1", 0))
        ports[ABSENT] = nobody.getsockname()[1]
        with proxy(nginx, tmp_path_factory.mktemp("nginx"), ports) as started:
            yield started
