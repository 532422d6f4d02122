"""What can be said of docker/ without an engine: structure, limits, names."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
import streamlit
import yaml

from fusionviz import __version__
from fusionviz.models.serving.server import VARIABLE
from fusionviz.places import PROJECT

FOLDER = PROJECT / "docker"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
CUDA = yaml.safe_load((FOLDER / "compose.cuda.yaml").read_text("utf-8"))
MODELS = yaml.safe_load((FOLDER / "compose.models.yaml").read_text("utf-8"))
DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8")
REPLICAS = [name for name in COMPOSE["services"] if name.startswith("app-")]
NGINX = {path.name: path.read_text("utf-8") for path in FOLDER.glob("nginx/*.conf")}


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile: word and what follows it."""
    joined = re.sub(r"\\\n\s*", " ", DOCKERFILE)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def blocks(name: str) -> dict[str, str]:
    """Return the blocks of a file of nginx by their opening line."""
    found = re.findall(r"^(\w[^\n{]*) \{\n(.*?)^\}", NGINX[name], re.M | re.S)
    return {opening: body for opening, body in found}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_has_limits_and_a_health_check(name):
    service = COMPOSE["services"][name]
    limits = service["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[MG]", limits["memory"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["pids_limit"]


def test_replicas_are_reached_through_the_proxy_alone():
    for name in REPLICAS:
        service = COMPOSE["services"][name]
        assert service["networks"] == ["inside"]
        assert "ports" not in service
        assert service["cap_drop"] == ["ALL"]
        assert "'ok'" in service["healthcheck"]["test"][-1]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    proxy = COMPOSE["services"]["proxy"]
    assert proxy["ports"][0].startswith("${FUSIONVIZ_BIND:-127.0.0.1}:")
    assert set(proxy["depends_on"]) == set(REPLICAS)
    assert all(
        one["condition"] == "service_healthy" for one in proxy["depends_on"].values()
    )
    assert len(REPLICAS) > 1


def test_the_proxy_knows_every_replica_in_each_of_its_lists():
    letters = [name.removeprefix("app-") for name in REPLICAS]
    found = blocks("replicas.conf")
    for opening, body in found.items():
        if opening.startswith("split_clients"):
            assert re.findall(r"(\w);$", body, re.M) == letters, opening
        elif opening.endswith("address"):
            places = dict(re.findall(r"(\w+) ([\w.-]+:\d+);", body))
            assert places == {one: f"app-{one}:8501" for one in letters}
    after = {
        name: dict(re.findall(r"(\w) (\w);", found[f"map $replica ${name}"]))
        for name in ("second", "third")
    }
    for one in letters:  # nobody takes over from themselves
        assert len({one, after["second"][one], after["third"][one]}) == 3


def test_every_place_of_the_proxy_says_the_headers():
    places = re.findall(r"location [^{]*\{[^}]*proxy_pass", NGINX["nginx.conf"])
    assert "include headers.conf" in "".join(places)
    assert NGINX["nginx.conf"].count("include headers.conf;") == 3
    assert NGINX["nginx.conf"].count("include proxy.conf;") == 3
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-"):
        assert name in NGINX["headers.conf"]
    policy = re.search(r'Content-Security-Policy "([^"]+)"', NGINX["headers.conf"])[1]
    assert "http:" not in policy
    assert "https:" not in policy
    assert "*" not in policy


def test_the_policy_names_the_script_in_streamlits_page_by_its_hash():
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    (script,) = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (allowed,) = re.findall(r"script-src ([^;]+);", NGINX["headers.conf"])
    assert f"'sha256-{digest}'" in allowed
    assert "unsafe-inline" not in allowed


def test_the_image_is_of_two_stages_and_runs_without_rights():
    words = [word for word, _ in instructions()]
    assert words.count("FROM") == 2
    last = instructions()[len(words) - words[::-1].index("FROM") :]
    said = dict(last)
    assert said["USER"] == "fusionviz"
    assert "/_stcore/health" in said["HEALTHCHECK"]
    assert "'ok'" in said["HEALTHCHECK"]
    assert "fusionviz" in said["CMD"]
    places = [text for word, text in last if word in ("USER", "RUN")]
    assert places.index("fusionviz") < places.index("fusionviz warm")
    assert all(word.isupper() for word in words)


def test_the_image_has_what_it_is_built_from():
    kept = [
        line.removeprefix("!")
        for line in (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    ]
    assert all((PROJECT / name).exists() for name in kept)
    wanted = re.findall(r'"([\w.*/]+)",', (PROJECT / "setup.py").read_text("utf-8"))
    assert {name.split("/")[0] for name in wanted} <= set(kept)
    pinned = (PROJECT / "requirements.txt").read_text("utf-8")
    assert len(re.findall(r"^torch==", pinned, re.M)) == 1


def test_a_model_server_is_asked_by_every_replica_and_by_nobody_else():
    server = MODELS["services"]["models"]
    program, command, *options = server["command"]
    assert (program, command) == ("fusionviz", "serve-models")
    said = dict(zip(options[::2], options[1::2], strict=True))
    assert said["--host"] == "0.0.0.0"
    port = said["--port"]
    for name in REPLICAS:
        asks = MODELS["services"][name]
        assert asks["environment"] == {VARIABLE: f"http://models:{port}"}
        assert asks["depends_on"] == {"models": {"condition": "service_healthy"}}
    assert set(MODELS["services"]) == {"models", *REPLICAS}
    assert server["networks"] == ["inside"]
    assert "ports" not in server
    assert server["cap_drop"] == ["ALL"]
    assert f":{port}/-/healthz" in server["healthcheck"]["test"][-1]
    assert server["deploy"]["resources"]["limits"]
    assert server["image"] == f"fusionviz:{__version__}-scale"
    (argument,) = server["build"]["args"]
    assert f"ARG {argument}" in DOCKERFILE
    extra = server["build"]["args"][argument].strip("[]")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    assert extra in project["optional-dependencies"]


def test_names_and_versions_agree():
    assert COMPOSE["services"]["app-a"]["image"] == f"fusionviz:{__version__}"
    assert list(CUDA["services"]) == REPLICAS
    for service in CUDA["services"].values():
        assert service["image"] == f"fusionviz:{__version__}-cuda"
        (argument,) = service["build"]["args"]
        assert f"ARG {argument}" in DOCKERFILE
    assert Path(PROJECT / COMPOSE["x-replica"]["build"]["dockerfile"]).exists()
    assert "htpasswd" in (FOLDER / "nginx" / ".gitignore").read_text("utf-8")
