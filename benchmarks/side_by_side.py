"""Time two ways of doing one thing in turn, so that a noisy machine is fair to both.

A benchmark against peers names them in `PEERS`: what a row calls a peer, and the
package that it is in. One whose package is not here is left out, and the report says
so.
"""

import importlib.util
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path

import torch

from fusionviz.errors import InputError
from fusionviz.whole_files import replace_file

RESULTS = Path(__file__).parent / "results"

FEWEST_ROUNDS, LONGEST_SECONDS = 3, 60.0
"""Rounds that there are at least, and after how long there are no more than them."""


def compare(
    case: str,
    ours: Callable[[], object],
    peer_name: str,
    peer: Callable[[], object],
    *,
    rounds: int = 15,
    least_seconds: float = 0.0,
    **more: object,
) -> dict[str, object]:
    """Return a row: median seconds of ours and the peer's, and the median ratio.

    The two run in turn, after one round that is not counted; the ratio is taken round
    by round. In a round each side is called until `least_seconds` have passed, and the
    mean of a call counts: what takes microseconds would otherwise be timed while the
    caches still hold what the other side has left there. A side that takes many
    seconds is timed in fewer rounds, and the row says in how many.
    """
    ours(), peer()
    pairs: list[tuple[float, float]] = []
    began = time.perf_counter()
    while len(pairs) < rounds and (
        len(pairs) < FEWEST_ROUNDS or time.perf_counter() - began < LONGEST_SECONDS
    ):
        pairs.append((_seconds(ours, least_seconds), _seconds(peer, least_seconds)))
    ratios = sorted(theirs / mine for mine, theirs in pairs)
    return {
        "case": case,
        "ours_seconds": statistics.median(mine for mine, _ in pairs),
        "peer": peer_name,
        "peer_seconds": statistics.median(theirs for _, theirs in pairs),
        "ratio": statistics.median(ratios),
        "ratio_low": ratios[0],
        "ratio_high": ratios[-1],
        "rounds": len(pairs),
        **more,
    }


def peers_here(peers: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the peers whose package is here, and the packages that are not.

    Args:
        peers: The module of each, by what rows call it.

    Raises:
        InputError: None is here.
    """
    missing = sorted({package for package in peers.values() if not _is_here(package)})
    here = [name for name, package in peers.items() if package not in missing]
    if peers and not here:
        raise InputError(
            f"{' and '.join(missing)} must be installed first: "
            "pip install -r requirements-bench.txt"
        )
    return here, missing


def report(
    name: str,
    rows: list[dict[str, object]],
    *packages: str,
    left_out: Iterable[str] = (),
) -> dict:
    """Return rows with the machine and the versions that they were measured on.

    Args:
        name: Of the benchmark.
        rows: What was measured.
        packages: Whose versions count.
        left_out: Packages of peers that are not here.
    """
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    versions |= {one: metadata.version(one) for one in packages if _is_known(one)}
    machine = f"{_processor()}, {torch.get_num_threads()} threads"
    table = {"name": name, "machine": machine, "versions": versions, "rows": rows}
    missing = list(left_out)
    return table | ({"left_out": missing} if missing else {})


def _is_here(module: str) -> bool:
    return not module or importlib.util.find_spec(module) is not None


def _is_known(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def save(result: dict) -> None:
    """Write a report to results/NAME.json and print its rows."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1)
    replace_file(RESULTS / f"{result['name']}.json", text + "\n")
    for row in result["rows"]:
        print(
            f"{row['case']}: ours {row['ours_seconds'] * 1e3:.3g} ms, {row['peer']} "
            f"{row['peer_seconds'] * 1e3:.3g} ms, ratio {row['ratio']:.3g} "
            f"({row['ratio_low']:.3g} to {row['ratio_high']:.3g})"
        )


def _seconds(call: Callable[[], object], least_seconds: float) -> float:
    start, calls, passed = time.perf_counter(), 0, 0.0
    while calls == 0 or passed < least_seconds:
        call()
        calls += 1
        passed = time.perf_counter() - start
    return passed / calls


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
