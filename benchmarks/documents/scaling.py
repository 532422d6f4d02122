"""Write down what a recorded run over length says: docs/scaling.md, README, a picture.

Run `python -m benchmarks.documents.scaling` after `python -m benchmarks.scaling`.
Blocks between `<!-- scaling: NAME -->` and `<!-- end -->` are made of
results/scaling-cpu.json; the words around them are written by hand.
`--picture` also takes the picture of the page for README, which needs a Chromium.
"""

import argparse
import math
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.side_by_side import RESULTS
from fusionviz.analysis.scaling.curves import Curve, Measure, ScalingCurves
from fusionviz.analysis.scaling.paper import QUOTED_LENGTH, compare_savings
from fusionviz.errors import InputError
from fusionviz.exhibits.scaling.curves import FAMILIES, curves_of
from fusionviz.exhibits.scaling.words import (
    reading_table,
    saving_table,
    say_machine,
    say_savings,
)
from fusionviz.scaling.cells import Passes
from fusionviz.scaling.runs import Batching, ScalingRun, read_run
from fusionviz.views.scaling.units import NOTHING, write_length
from fusionviz.views.shared.style import in_percent, three_digits
from fusionviz.whole_files import replace_file

ROOT = RESULTS.parents[1]
RUN = RESULTS / "scaling-cpu.json"
PICTURE = ROOT / "docs" / "images" / "scaling.png"
PAGES = (ROOT / "docs" / "scaling.md", ROOT / "README.md")

NONE_YET = "No run is recorded yet: `python -m benchmarks.scaling` records one."
BLOCK = re.compile(r"(<!-- scaling: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

CONSTANT_LENGTH = 4096
"""Tokens of a sequence at which constant tokens are read off."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the whole AlignMamba should reach at 6,400 tokens.

    Attributes:
        name: What it is about.
        asked: As it is written.
        measured: Likewise.
        is_met: None where it was not measured.
    """

    name: str
    asked: str
    measured: str
    is_met: bool | None


def targets_of(curves: ScalingCurves) -> list[Target]:
    """Return the targets with what a run reaches, of the fusion models' forward."""
    by_name = {curve.workload: curve for curve in curves.curves}
    own = by_name["alignmamba"]

    def saved(measure: Measure) -> float:
        return 1 - _at(own, measure) / _at(by_name["single-stream-plain"], measure)

    fit = own.fits["seconds"]
    faster = _at(by_name["single-stream-fused"], "seconds") / _at(own, "seconds")
    exponent = NOTHING
    if math.isfinite(fit.exponent):
        exponent = (
            f"{three_digits(fit.exponent)} ({three_digits(fit.low)} to "
            f"{three_digits(fit.high)}), from {write_length(fit.knee)} tokens on"
        )
    return [
        _saving("time against plain attention", 0.9, saved("seconds")),
        _saving("memory against plain attention", 0.5, saved("peak_bytes")),
        Target(
            name="time against fused attention",
            asked="3 times faster",
            measured=_times_faster(faster),
            is_met=faster >= 3 if faster == faster else None,
        ),
        Target(
            name="exponent of time",
            asked="at most 1.1",
            measured=exponent,
            is_met=fit.exponent <= 1.1 if math.isfinite(fit.exponent) else None,
        ),
    ]


def blocks_of(run: ScalingRun | None) -> dict[str, str]:
    """Return the text of every block, in Markdown."""
    if run is None:
        names = (
            *("machine", "targets", "reading", "paper", "exponents", "crossings"),
            *("training", "constant"),
        )
        return dict.fromkeys(names, f"{NONE_YET}\n") | {"picture": ""}
    curves = curves_of(run, "fusion")
    savings = compare_savings(curves)
    return {
        "machine": f"{say_machine(run)}\n",
        "targets": f"{say_targets(targets_of(curves))}\n\n"
        f"{target_table(targets_of(curves))}\n",
        "reading": f"{reading_table(curves, QUOTED_LENGTH)}\n",
        "paper": f"{saving_table(savings)}\n\n{say_savings(savings)}\n",
        "exponents": f"{exponent_table(run)}\n",
        "crossings": f"{crossing_table(curves)}\n",
        "training": f"{_reading(run, 'training', 'one', QUOTED_LENGTH)}\n",
        "constant": f"{_reading(run, 'forward', 'constant', CONSTANT_LENGTH)}\n",
        "picture": "![The Scaling page: time, memory and operations over length]"
        f"(docs/images/scaling.png)\n\n{say_targets(targets_of(curves))} More in "
        "[docs/scaling.md](docs/scaling.md).\n",
    }


def say_targets(targets: Sequence[Target]) -> str:
    """Return in a sentence what the whole AlignMamba reaches at 6,400 tokens."""
    time, memory, fused, exponent = targets
    told = (
        f"At {write_length(QUOTED_LENGTH)} tokens, against a single-stream Transformer "
        f"with plain attention, the whole AlignMamba's time is {time.measured} and its "
        f"memory {memory.measured} (aimed at: {time.asked} and {memory.asked}); beside "
        f"PyTorch's fused attention it is {fused.measured} (aimed at: {fused.asked}). "
        f"Its time grows as length to the {exponent.measured} (aimed at: "
        f"{exponent.asked})."
    )
    missed = [one.name for one in targets if one.is_met is False]
    return f"{told} Missed: {', '.join(missed)}." if missed else told


def target_table(targets: Sequence[Target]) -> str:
    """Return the targets as a table in Markdown."""
    said = {True: "met", False: "missed", None: "not measured"}
    rows = [
        f"| {one.name} | {one.asked} | {one.measured} | {said[one.is_met]} |"
        for one in targets
    ]
    return "\n".join(["| | aimed at | measured | |", "|---|---|---|---|", *rows])


def exponent_table(run: ScalingRun) -> str:
    """Return the exponents of all workloads' forward passes as a table in Markdown."""
    rows = ["| | time | 95 % interval | memory |", "|---|---:|---|---:|"]
    told: set[str] = set()
    for family in FAMILIES:
        try:
            curves = curves_of(run, family)
        except InputError:
            continue
        for curve in curves.curves:
            if curve.workload in told:
                continue
            told.add(curve.workload)
            time, memory = curve.fits["seconds"], curve.fits["peak_bytes"]
            interval = NOTHING
            if math.isfinite(time.exponent):
                interval = f"{three_digits(time.low)} to {three_digits(time.high)}"
            rows.append(
                f"| {curve.title} | {_digits(time.exponent)} | {interval} "
                f"| {_digits(memory.exponent)} |"
            )
    return "\n".join(rows)


def crossing_table(curves: ScalingCurves) -> str:
    """Return where AlignMamba takes as long as the others, as a table in Markdown."""
    titles = {curve.workload: curve.title for curve in curves.curves}
    rows = ["| AlignMamba and | take as long at | beyond it |", "|---|---:|---|"]
    for name, crossing in curves.crossings.items():
        cheaper = "AlignMamba" if crossing.cheaper == "first" else titles[name]
        where = (
            f"{write_length(crossing.length)} tokens"
            if crossing.is_in_range
            else "no length in range"
        )
        rows.append(f"| {titles[name]} | {where} | {cheaper} is quicker |")
    return "\n".join(rows)


def fill(text: str, blocks: dict[str, str]) -> str:
    """Return a page with its blocks' text.

    Raises:
        InputError: It has a block that there is no text for.
    """

    def filled(found: re.Match[str]) -> str:
        if found[2] not in blocks:
            raise InputError(f"there is no block {found[2]!r}")
        return f"{found[1]}{blocks[found[2]]}{found[3]}"

    return BLOCK.sub(filled, text)


def recorded_run() -> ScalingRun | None:
    """Return the run that came with the project, None where there is none."""
    return read_run(RUN) if RUN.exists() else None


def take_picture(path: Path) -> None:
    """Take the picture of the Scaling page in a browser, as README shows it."""
    from playwright.sync_api import expect, sync_playwright

    from tests.helpers.app.server import serve
    from tests.helpers.browser.find_chromium import find
    from tests.helpers.browser.window import ARGUMENTS, ready

    expect.set_options(timeout=120_000)
    with (
        tempfile.TemporaryDirectory() as log,
        serve(Path(log), ROOT / "checkpoints", RESULTS) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        window = browser.new_page(
            viewport={"width": 1280, "height": 800}, color_scheme="light"
        )
        window.set_default_timeout(120_000)
        window.goto(f"{server.address}/scaling?length={QUOTED_LENGTH}")
        ready(window)
        window.wait_for_timeout(1500)
        window.screenshot(path=path)
        browser.close()
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256).save(path, optimize=True)


def _reading(run: ScalingRun, passes: Passes, batching: Batching, length: int) -> str:
    try:
        curves = curves_of(run, "fusion", passes, batching)
    except InputError as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    return reading_table(curves, length)


def _saving(name: str, asked: float, saved: float) -> Target:
    return Target(
        name=name,
        asked=_change(asked),
        measured=_change(saved) if saved == saved else NOTHING,
        is_met=saved >= asked if saved == saved else None,
    )


def _times_faster(ratio: float) -> str:
    if not math.isfinite(ratio):
        return NOTHING
    if ratio < 1:
        return f"{three_digits(1 / ratio)} times slower"
    return f"{three_digits(ratio)} times faster"


def _change(saved: float) -> str:
    """Return a saving as a change of the whole."""
    return f"{'−' if saved > 0 else '+'}{in_percent(abs(saved))}"


def _at(curve: Curve, measure: Measure) -> float:
    return curve.at(QUOTED_LENGTH, measure)


def _digits(number: float) -> str:
    return three_digits(number) if math.isfinite(number) else NOTHING


def main() -> None:
    """Write the pages, and take the picture where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", action="store_true")
    asked = parser.parse_args()
    blocks = blocks_of(recorded_run())
    for page in PAGES:
        replace_file(page, fill(page.read_text("utf-8"), blocks))
    if asked.picture:
        take_picture(PICTURE)


if __name__ == "__main__":
    main()
