"""Shards made one after the other, by one process with models of its own."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import torch

from fusionviz.errors import InputError
from fusionviz.explain.batch.plan import BatchFolder
from fusionviz.explain.batch.rows import Analyst, PairRow, failed_row
from fusionviz.explain.batch.shards import write_shard
from fusionviz.whole_files import replace_file

TRIES = 2
"""How often a pair is tried whose process ended: a lack of memory may pass."""

LOST = (
    f"the process ended {TRIES} times while this pair was analysed; it may have lacked "
    "memory"
)


class ShardMaker:
    """Makes shards of a batch whose plan lies in a folder.

    A file beside a shard says which pair is at work, so that whoever makes the shard
    after this process has ended knows which pair it was.

    Args:
        folder: Of the batch.
        run: Name of the run: what ended in others does not count.
        device: As `load_checkpoint` takes it.
        threads: That it may use.

    Raises:
        InputError: The pairs are no longer those of the plan.
        CheckpointError: A model cannot be loaded.
    """

    def __init__(self, folder: Path, run: str, device: str, threads: int) -> None:
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        self.folder, self.run = BatchFolder(folder), run
        self.plan = self.folder.plan()
        self.analyst = Analyst(self.plan, self.folder.figures, device)
        if self.analyst.pairs.fingerprint != self.plan.fingerprint:
            raise InputError("the pairs have changed since the batch was begun")

    def make(
        self, shard: int, tell: Callable[[int], None] = lambda index: None
    ) -> None:
        """Make a shard unless it is there.

        Args:
            shard: Its number.
            tell: Told the number of each pair that is done.
        """
        file = self.folder.shard_file(shard)
        if file.is_file():
            for index in self.plan.pairs_of(shard):
                tell(index)
            return
        note = file.with_name(f"{file.name}.at-{self.run}")
        write_shard(file, self._rows(shard, note, tell))
        note.unlink(missing_ok=True)

    def _rows(
        self, shard: int, note: Path, tell: Callable[[int], None]
    ) -> Iterator[PairRow]:
        died = _read_note(note)
        for index in self.plan.pairs_of(shard):
            if Counter(died)[index] >= TRIES:
                yield failed_row(index, str(self.analyst.names[index]), LOST)
            else:
                replace_file(note, json.dumps([*died, index]))
                yield self.analyst.analyse(index)
            tell(index)


def _read_note(note: Path) -> list[int]:
    """Return the pairs at which processes have ended; the last is of the latest."""
    try:
        return list(map(int, json.loads(note.read_text())))
    except (OSError, ValueError):  # none has ended, or in the middle of writing
        return []
