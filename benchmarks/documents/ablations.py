"""Write down what recorded ablations say: tables of docs/mango.md and alignmamba.md.

    python -m fusionviz ablate NAME --record benchmarks/results/ablation-NAME.json
    python -m benchmarks.documents.ablations

A block between `<!-- ablation: NAME -->` and `<!-- end -->` is made of that record; the
words around it are written by hand.
"""

import re

from benchmarks.side_by_side import RESULTS
from fusionviz.places import PROJECT
from fusionviz.training.ablation import read_record, to_markdown
from fusionviz.whole_files import replace_file

PAGES = (PROJECT / "docs" / "mango.md", PROJECT / "docs" / "alignmamba.md")
BLOCK = re.compile(r"(<!-- ablation: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """Return a page with its blocks made anew.

    Raises:
        InputError: A block's ablation is not recorded.
    """

    def make(match: re.Match[str]) -> str:
        table = to_markdown(*read_record(RESULTS / f"ablation-{match[2]}.json"))
        return f"{match[1]}{table}{match[3]}"

    return BLOCK.sub(make, text)


if __name__ == "__main__":
    for page in PAGES:
        replace_file(page, filled(page.read_text("utf-8")))
