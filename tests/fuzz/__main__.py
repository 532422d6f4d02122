"""Read thousands of files and addresses with faults; print what became of each kind.

`python -m tests.fuzz --cases 5000`; `--kind pairs` for one kind alone, `--batch 17` for
one batch of it again, `--first 1000` for others than the first ones.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.fuzz.judge import Verdict, judge
from tests.fuzz.kinds import BATCH, Kind
from tests.fuzz.table import KINDS


def batches(
    kinds: Sequence[Kind], cases: int, first: int = 0
) -> Iterator[tuple[Kind, int]]:
    """Yield batches of at least so many cases, by the shares of the kinds."""
    whole = sum(kind.share for kind in kinds)
    for kind in kinds:
        count = -(-cases * kind.share // (whole * BATCH))
        yield from ((kind, first + number) for number in range(count))


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return counts by kind, with the longest and the largest."""
    lines = [f"{'kind':<12} {'cases':>6} {'read':>6} {'refused':>8} {'faults':>7}"
             f" {'slowest':>9} {'largest':>9}"]  # fmt: skip
    for name in dict.fromkeys(one.kind for one in verdicts):
        lines.append(_line(name, [one for one in verdicts if one.kind == name]))
    return "\n".join([*lines, _line("all", verdicts)])


def _line(name: str, verdicts: Sequence[Verdict]) -> str:
    ends = Counter(one.end for one in verdicts)
    faults = sum(not one.is_sound for one in verdicts)
    slowest = max(one.seconds for one in verdicts)
    largest = max(one.bytes for one in verdicts) / 1e6
    return (
        f"{name:<12} {len(verdicts):>6} {ends['read']:>6} {ends['refused']:>8} "
        f"{faults:>7} {slowest:>7.2f} s {largest:>6.0f} MB"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; return how many faults there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--kind", choices=[kind.name for kind in KINDS])
    parser.add_argument("--batch", type=int)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args(arguments)
    kinds = [kind for kind in KINDS if asked.kind in (None, kind.name)]
    todo = [(kind, asked.batch) for kind in kinds]
    if asked.batch is None:
        todo = list(batches(kinds, asked.cases, asked.first))
    verdicts: list[Verdict] = []
    for kind, number in todo:
        for one in judge(kind, number):
            verdicts.append(one)
            if not one.is_sound:
                told = f"{one.kind}, batch {one.batch}, case {one.place}: {one.end}"
                print(told, flush=True)  # noqa: T201
    print(summary(verdicts), flush=True)  # noqa: T201
    return sum(not one.is_sound for one in verdicts)


if __name__ == "__main__":
    sys.exit(min(main(), 100))
