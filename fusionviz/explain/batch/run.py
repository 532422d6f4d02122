"""What `python -m fusionviz batch` does."""

import sys
from collections.abc import Callable
from pathlib import Path

from fusionviz.explain.batch.cluster import run_on_ray
from fusionviz.explain.batch.plan import BatchFolder, BatchPlan
from fusionviz.explain.batch.processes import run_processes
from fusionviz.explain.batch.shards import gather_numbers, read_shard
from fusionviz.training.loop.log import Progress


def run_batch(
    out: Path,
    plan: BatchPlan,
    *,
    processes: int | None = None,
    ray: str | None = None,
    device: str = "auto",
    tell: Callable[[str], None] = print,
) -> Path:
    """Make what is left of a batch; return the table of its numbers.

    A shard is a file that is there in full or not at all: whatever ends the command,
    calling it again goes on with the shards that are not there.

    Args:
        out: Folder of the batch.
        plan: What it is.
        processes: That work at a time; one if not given, on Ray as many as it has
            processors or, of a GPU's device, GPUs.
        ray: Address of a cluster of Ray, `local` for one that is started here; None:
            processes of this computer.
        device: As `load_checkpoint` takes it.
        tell: Told what happens, a line each.

    Raises:
        InputError: The folder has another batch;
            Ray is not installed, or not there.
        FusionvizError: A process cannot begin or go on.
    """
    folder = BatchFolder(out)
    left = folder.begin(plan)
    pairs = sum(len(plan.pairs_of(shard)) for shard in left)
    if pairs < plan.count:
        tell(f"{plan.count - pairs} of {plan.count} pairs are done already")
    if left:
        count = _Counter(plan.count, plan.count - pairs)
        if ray is None:
            run_processes(
                out, left, processes=processes or 1, device=device, tell=count
            )
        else:
            run_on_ray(
                out,
                left,
                address=ray,
                actors=processes,
                device=device,
                tell=lambda shard: count(len(plan.pairs_of(shard))),
            )
    table = gather_numbers(folder)
    failed = count_failed(folder)
    tell(
        f"{plan.count} pairs, {failed} of them could not be read: numbers are in "
        f"{table}, all else in {out / 'shards'}"
    )
    return table


def count_failed(folder: BatchFolder) -> int:
    """Return how many pairs could not be read."""
    return sum(
        row["error"] is not None
        for shard in folder.plan().shards
        for row in read_shard(folder.shard_file(shard), ["error"])
    )


class _Counter:
    """Counts pairs, and tells how many are left."""

    def __init__(self, total: int, done: int) -> None:
        self.done = done
        self._progress = Progress("batch", total, done, sys.stderr, unit="pair")

    def __call__(self, pairs: int) -> None:
        self.done += pairs
        if pairs > 0:
            self._progress.tell(self.done)
