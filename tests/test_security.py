"""SECURITY.md tells the bounds that hold."""

import re
from pathlib import Path

import pytest

from fusionviz.data.attention.arrays import MAX_NUMBERS
from fusionviz.data.files import kinds, npz, numbers
from fusionviz.data.sequences import archive, parts
from fusionviz.lessons import classes

ROOT = Path(__file__).parents[1]

BOUNDS = {
    "an upload": kinds.MAX_MEGABYTES,
    "a picture": kinds.MAX_MEGAPIXELS,
    "unpacks to": numbers.MAX_UNPACKED_BYTES // 1_000_000,
    "archive of sequences": archive.MAX_UNPACKED_BYTES // 1_000_000,
    "entries": npz.MAX_ENTRIES,
    "modalities": parts.MOST_MODALITIES,
    "steps": parts.MAX_STEPS,
    "features": parts.MAX_FEATURES,
    "attention": MAX_NUMBERS // 1_000_000,
    "classes": classes.MOST_CLASSES,
    "questions": classes.MOST_QUESTIONS,
    "voters": classes.MOST_VOTERS,
}


@pytest.mark.parametrize("what", BOUNDS)
def test_bounds_are_those_that_security_tells(what):
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|") and what in line]
    assert any(re.search(rf"\b{BOUNDS[what]}\b", line) for line in rows)
