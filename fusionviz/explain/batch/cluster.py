"""Shards made by Ray Data: on this computer, or on all of a cluster."""

import os
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fusionviz.errors import FusionvizError, InputError
from fusionviz.explain.batch.making import ShardMaker
from fusionviz.ray_here import start_ray

if TYPE_CHECKING:
    from ray.data import Dataset

LOCAL = "local"
"""The address of a cluster that is started here, and ended after."""

RETRIES = 20
"""How often an actor that has ended is started anew, and its shard with it."""


class ShardActor:
    """What an actor is: models, loaded once, that make the shards they are handed.

    Args:
        folder: Of the batch, where every computer of the cluster sees it.
        run: As `ShardMaker` takes it.
        device: Likewise.
        threads: Likewise.
    """

    def __init__(self, folder: str, run: str, device: str, threads: int) -> None:
        self.maker = ShardMaker(Path(folder), run, device, threads)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Make a shard unless it is there; return its number."""
        self.maker.make(int(row["shard"]))
        return {"shard": int(row["shard"])}


def run_on_ray(
    folder: Path,
    shards: Sequence[int],
    *,
    address: str,
    actors: int | None,
    device: str,
    tell: Callable[[int], None],
) -> None:
    """Make shards by actors of Ray Data.

    An actor that ends is started anew, and its shard is made anew. A shard that is
    there already is left as it is, so that none is there twice.

    Args:
        folder: Of the batch, where every computer of the cluster sees it.
        shards: That are to be made.
        address: Of the cluster, as `ray.init` takes it; `LOCAL` starts one here.
        actors: How many at most; as many as there is room for if not given.
        device: As `load_checkpoint` takes it; each actor gets a GPU where it is `cuda`.
        tell: Told the number of each shard that is done.

    Raises:
        InputError: Ray is not installed, or there is no such cluster.
        FusionvizError: A shard could not be made.
    """
    try:
        import ray
        import ray.data
        from ray.exceptions import RayError
    except ImportError as error:
        raise InputError(
            "--ray needs Ray, fusionviz[scale]: pip install '.[scale]' in the clone"
        ) from error
    _connect(address, actors or os.cpu_count() or 1)
    try:
        unit = "GPU" if device.startswith("cuda") else "CPU"
        actors = actors or max(1, int(ray.cluster_resources().get(unit, 1)))
        for row in _made(folder, shards, actors, device).iter_rows():
            tell(row["shard"])
    except RayError as error:
        last = str(error).strip().splitlines()[-1]
        raise FusionvizError(f"a shard could not be made: {last}") from error
    finally:
        ray.shutdown()


def _made(folder: Path, shards: Sequence[int], actors: int, device: str) -> "Dataset":
    """Return what makes the shards when it is gone through."""
    import ray.data

    actor: Any = ShardActor  # Ray's types know functions alone
    is_gpu = device.startswith("cuda")
    pool = ray.data.ActorPoolStrategy(
        min_size=1,
        max_size=actors,
        initial_size=actors,
        max_tasks_in_flight_per_actor=1,
    )
    return ray.data.from_items(
        [{"shard": shard} for shard in shards], override_num_blocks=len(shards)
    ).map(
        actor,
        fn_constructor_kwargs={
            "folder": str(folder.resolve()),
            "run": uuid.uuid4().hex,
            "device": device,
            "threads": 1,
        },
        compute=pool,
        num_gpus=1 if is_gpu else None,
        num_cpus=None if is_gpu else 1,
        max_restarts=RETRIES,
        max_task_retries=RETRIES,
    )


def _connect(address: str, actors: int) -> None:
    """Connect to a cluster, or start one here.

    Raises:
        InputError: There is none.
    """
    import logging

    import ray
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    try:
        if address == LOCAL:
            start_ray(actors)
        else:
            ray.init(
                address=address, logging_level=logging.WARNING, log_to_driver=False
            )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise InputError(f"there is no Ray at {address}: {error}") from error
