"""Shards made by processes of this computer."""

import json
import os
import queue
import subprocess
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fusionviz.errors import FusionvizError
from fusionviz.places import python_path
from fusionviz.scaling.cells import end_process

LOOK_SECONDS = 1.0
"""After so long without an answer it is seen whether somebody pressed Ctrl-C."""

Tell = Callable[[int], None]
"""Told how many pairs more are done; fewer than none where a shard is begun anew."""


def run_processes(
    folder: Path, shards: Sequence[int], *, processes: int, device: str, tell: Tell
) -> None:
    """Make shards by processes; one that ends is replaced, and its shard made anew.

    Args:
        folder: Of the batch.
        shards: That are to be made.
        processes: How many at most.
        device: As `load_checkpoint` takes it.
        tell: Told of pairs.

    Raises:
        FusionvizError: A process cannot begin or go on.
    """
    crew = _Crew(folder, min(processes, len(shards)), device)
    waiting = deque(shards)
    try:
        for _ in range(crew.size):
            crew.hire()
        while crew.workers:
            worker, answer = crew.hear()
            if answer is None:
                if worker.shard is not None:
                    waiting.appendleft(worker.shard)
                    tell(-worker.pairs)
                    crew.hire()
                crew.dismiss(worker)
            elif "error" in answer:
                raise FusionvizError(answer["error"])
            elif "pair" in answer:
                worker.pairs += 1
                tell(1)
            else:
                worker.give(waiting.popleft() if waiting else None)
    finally:
        crew.end()


class _Worker:
    """A process and what it does.

    Args:
        order: What it is told when it begins.
        answers: Where its answers go, each with itself; None when it has ended.

    Attributes:
        shard: That it makes, None where it makes none.
        pairs: Done of that shard.
    """

    def __init__(self, order: str, answers: "queue.Queue[_Answer]") -> None:
        self.shard: int | None = None
        self.pairs, self.is_ready, self._answers = 0, False, answers
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fusionviz.explain.batch.worker", order],
            env=os.environ | {"PYTHONPATH": python_path()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=os.name == "posix",  # Ctrl-C is the parent's
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def give(self, shard: int | None) -> None:
        """Let it make a shard, or end where there is none."""
        self.is_ready, self.shard, self.pairs = True, shard, 0
        stream = self.process.stdin
        assert stream is not None  # noqa: S101 - for the type checker
        try:
            if shard is None:
                stream.close()
            else:
                stream.write(f"{shard}\n")
                stream.flush()
        except BrokenPipeError:  # it has ended, which is heard of next
            return

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            try:
                self._answers.put((self, json.loads(line)))
            except ValueError:  # the last words of one that was ended
                break
        self._answers.put((self, None))


_Answer = tuple[_Worker, dict[str, Any] | None]


class _Crew:
    """The processes of a run."""

    def __init__(self, folder: Path, size: int, device: str) -> None:
        self.size, self.workers = size, list[_Worker]()
        self._answers: queue.Queue[_Answer] = queue.Queue()
        self._order = json.dumps(
            {
                "folder": str(folder.resolve()),
                "run": uuid.uuid4().hex,
                "device": device,
                "threads": threads_each(size),
                # elsewhere a launcher of Python's may stand between the two
                "parent": os.getpid() if os.name == "posix" else 0,
            }
        )

    def hire(self) -> None:
        """Start one process more."""
        self.workers.append(_Worker(self._order, self._answers))

    def hear(self) -> _Answer:
        """Return the next answer, and whose it is."""
        while True:
            try:
                return self._answers.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue

    def dismiss(self, worker: _Worker) -> None:
        """Forget one that has ended.

        Raises:
            FusionvizError: It ended before it began.
        """
        self.workers.remove(worker)
        code = worker.process.wait()
        if not worker.is_ready:
            raise FusionvizError(
                f"a process ended with code {code} before it began; what it said "
                "stands above"
            )

    def end(self) -> None:
        """End all processes at once: what they have not finished is made anew."""
        for worker in self.workers:
            end_process(worker.process)


def threads_each(processes: int) -> int:
    """Return how many threads each of some processes may use.

    OMP_NUM_THREADS is an upper bound, as it is elsewhere.
    """
    share = max(1, (os.cpu_count() or 1) // processes)
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    return min(share, int(allowed)) if allowed.isdigit() and int(allowed) else share
