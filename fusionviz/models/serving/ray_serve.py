"""A model server on Ray Serve: replicas of a runner behind one address."""

import asyncio
import json
import logging
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import torch

from fusionviz.errors import InputError
from fusionviz.models.factory import pick_device
from fusionviz.models.serving.questions import (
    LARGEST_QUESTION,
    MEDIA_TYPE,
    PATH,
)
from fusionviz.models.serving.runner import ModelRunner
from fusionviz.ray_here import start_ray

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

WAITING = 64
"""Questions that a replica takes on; it computes two at once."""


class ModelReplica:
    """What Ray Serve runs: a process with models, which answers requests.

    Args:
        folder: Of the checkpoints.
        device: As `load_checkpoint` takes it.
        threads: That a computation may use.
    """

    def __init__(self, folder: str, device: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self._runner = ModelRunner(Path(folder), device=device)

    async def __call__(self, request: "Request") -> "Response":
        """Return the answer to a question; of a GET, how much was done."""
        from starlette.responses import Response

        if request.method == "GET":
            state = json.dumps(self._runner.state)
            return Response(state, media_type="application/json")
        if request.url.path != PATH:
            return Response(f"questions go to {PATH}", 404, media_type="text/plain")
        question = bytearray()
        async for piece in request.stream():
            question += piece
            if len(question) > LARGEST_QUESTION:
                break  # one byte too many is enough to be refused
        answer = await asyncio.to_thread(self._runner.answer, bytes(question))
        return Response(answer, media_type=MEDIA_TYPE)


def serve_models(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8600,
    device: str = "auto",
    replicas: int = 1,
    threads: int = 1,
    tell: Callable[[str], None],
) -> None:
    """Serve the models of a folder until the process is asked to end.

    Args:
        folder: Of the checkpoints.
        host: Address to answer at; `0.0.0.0`: at all of this computer's.
        port: Port to answer at.
        device: As `load_checkpoint` takes it; replicas share a GPU.
        replicas: How many processes answer, each with models of its own.
        threads: That a computation may use.
        tell: Told the server's address once it answers.

    Raises:
        InputError: Ray Serve is not installed, the address is taken, or there is no
            such device.
    """
    try:
        import ray
        from ray import serve
    except ImportError as error:
        raise InputError(
            "serve-models needs Ray Serve, fusionviz[scale]: pip install '.[scale]' in "
            "the clone"
        ) from error
    _check_free(host, port)
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    is_gpu = pick_device(device).type == "cuda"
    start_ray(replicas * threads)
    try:
        serve.start(
            proxy_location="HeadOnly",
            http_options={"host": host, "port": port},
            logging_config={"log_level": "WARNING", "enable_access_log": False},
        )
        replica: Any = serve.deployment(
            ModelReplica,
            name="models",
            num_replicas=replicas,
            max_ongoing_requests=WAITING,
            ray_actor_options={
                "num_cpus": threads,
                "num_gpus": 1 / replicas if is_gpu else 0,
            },
        )
        bound = replica.bind(str(folder.resolve()), device, threads)
        serve.run(bound, name="fusionviz", route_prefix="/")
        asked = _when_asked_to_end()  # after Ray, which has handlers of its own
        tell(f"http://{host}:{port}")
        asked.wait()
    finally:
        ray.shutdown()


def _when_asked_to_end() -> threading.Event:
    """Return what is set when the process is asked to end, by Ctrl-C or by its host."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return asked


def _check_free(host: str, port: int) -> None:
    """Refuse an address at which something else answers.

    Raises:
        InputError: It is taken, or is none of this computer's.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"nothing can be served at {host}:{port} ({error.strerror}): choose "
                "another --port, or a --host of this computer"
            ) from error
