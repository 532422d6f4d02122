"""Write down what recorded reports on robustness say: the tables of docs/robustness.md.

Run `python -m benchmarks.documents.robustness` after a report of
`python -m fusionviz robustness` has been recorded. A block between
`<!-- robustness: NAME -->` and `<!-- end -->` is made of results/robustness-NAME.json;
the words around it are written by hand.
"""

import re

from benchmarks.side_by_side import RESULTS
from fusionviz.errors import InputError
from fusionviz.models.cards import Estimate
from fusionviz.places import PROJECT
from fusionviz.training.robustness.report import (
    ModelResult,
    RobustnessReport,
    read_report,
)
from fusionviz.whole_files import replace_file

PAGE = PROJECT / "docs" / "robustness.md"
BLOCK = re.compile(r"(<!-- robustness: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
SUMMARIES = ("mean_10_70", "drop_10_70", "drop_0_70")
BESIDE_IT = ("ahead_at_70", "less_lost_0_70")
"""Summaries beside the concatenation, where there is one."""

COLUMNS = (
    "model",
    "missing stands for",
    "whole",
    "at 70 %",
    "mean 10 to 70 %",
    "drop 10 to 70 %",
    "drop 0 to 70 %",
)
BESIDE_COLUMNS = ("ahead of it at 70 %", "less lost than by it")
NONE = "–"


def table_of(report: RobustnessReport) -> str:
    """Return a report's table at random rates, a model a row."""
    compares = report.reference.startswith("baseline")
    columns = (*COLUMNS, *BESIDE_COLUMNS) if compares else COLUMNS
    rows = [_cells(one, report.metric, compares=compares) for one in report.models]
    lines = [f"| {' | '.join(row)} |" for row in (columns, *rows)]
    lines.insert(1, "|" + "---|" * len(columns))
    return "\n".join(lines) + "\n"


def _cells(one: ModelResult, metric: str, *, compares: bool) -> list[str]:
    random = one.protocols["random"]
    cells = [
        f"`{one.checkpoint}`",
        one.absence,
        _told(random.rows[0].metrics[metric]),
        _told(random.rows[-1].metrics[metric]),
        *(_told(random.summaries[name][metric]) for name in SUMMARIES),
    ]
    if compares:
        cells += [
            _told(random.summaries[name][metric], sign="+")
            if name in random.summaries
            else NONE
            for name in BESIDE_IT
        ]
    return cells


def _told(estimate: Estimate, sign: str = "") -> str:
    value, low, high = (
        f"{number:{sign}.3f}"
        for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"


def filled(text: str) -> str:
    """Return a page with its blocks made anew.

    Raises:
        InputError: A block's report is not recorded.
    """

    def make(match: re.Match[str]) -> str:
        path = RESULTS / f"robustness-{match[2]}.json"
        if not path.exists():
            raise InputError(f"{path.name} is not recorded")
        return f"{match[1]}{table_of(read_report(path))}{match[3]}"

    return BLOCK.sub(make, text)


if __name__ == "__main__":
    replace_file(PAGE, filled(PAGE.read_text("utf-8")))
