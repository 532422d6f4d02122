"""nginx with the configuration of docker/nginx in front of local replicas."""

import contextlib
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fusionviz.places import PROJECT
from tests.helpers.app.server import free_port

NAME, PASSWORD = "class", "correct horse"
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Proxy:
    """A proxy that answers.

    Attributes:
        host: `127.0.0.1:...`.
        log: File of what it says.
    """

    host: str
    log: Path


def find_nginx() -> str | None:
    """Return the path of nginx, None if there is none."""
    places = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
    return shutil.which("nginx", path=places)


def lay_out(folder: Path, port: int, ports: Mapping[str, int]) -> None:
    """Write the project's configuration with local addresses.

    Args:
        folder: Where to.
        port: That the proxy is to listen at.
        ports: Of each replica.
    """
    for source in (PROJECT / "docker" / "nginx").glob("*.conf"):
        text = source.read_text("utf-8")
        for name, own in ports.items():
            text = text.replace(f"app-{name}:8501", f"127.0.0.1:{own}")
        if source.name == "listen.conf":
            text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
        if source.name == "replicas.conf":  # read where everything of HTTP is set
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
                text += f"{kind}_temp_path {folder}/{kind};\n"
        (folder / source.name).write_text(text, "utf-8")
    scrambled = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"],
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (folder / "htpasswd").write_text(f"{NAME}:{scrambled}\n")


@contextlib.contextmanager
def proxy(nginx: str, folder: Path, ports: Mapping[str, int]) -> Iterator[Proxy]:
    """Start nginx in front of replicas, and end it afterwards."""
    port = free_port()
    lay_out(folder, port, ports)
    whose = "user root;" if os.geteuid() == 0 else ""
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    command += ["-g", f"daemon off; {whose} pid {folder}/nginx.pid;"]
    started = Proxy(f"127.0.0.1:{port}", folder / "nginx.log")
    with started.log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_for(started, process)
        yield started
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _wait_for(started: Proxy, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            address = f"http://{started.host}/proxy-health"
            with urllib.request.urlopen(address, timeout=1) as found:
                if found.read() == b"ok\n":
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nginx did not start:\n{started.log.read_text()}")
