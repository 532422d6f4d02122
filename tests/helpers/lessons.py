"""Lessons for tests: the one in the documentation, and small ones."""

import re

from fusionviz.lessons.reading import read_lesson
from fusionviz.lessons.records import Lesson
from tests.helpers.app.pages import ROOT

TINY = """
title = "A round trip"
minutes = 7
takeaway = "It comes back."

[exhibits.trip]
kind = "latents-round-trip"
checkpoint = "mango-tiny"
room = 3
vary = "precision"
values = ["float32", "float64"]

[[cards]]
kind = "question"
title = "Is it lost?"
notes = "Ask first."

[[cards]]
kind = "predict"
title = "Which is worse?"
exhibit = "trip"

[[cards.choices]]
text = "float32"
when = "trip.worst > trip['float64'].worst"
feedback = "Yes, {trip.worst}."

[[cards.choices]]
text = "float64"
when = "trip.worst < trip['float64'].worst"
feedback = "No."

[[cards]]
kind = "reveal"
title = "It was"
exhibit = "trip"
text = "Worst {worst}."

[[cards]]
kind = "act"
title = "Move it"
exhibit = "trip"
text = "Now {worst}."

[[cards]]
kind = "predict"
title = "How large?"
answer = "number"
truth = "trip.worst"
low = 1e-9
high = 1.0
log = true

[[cards]]
kind = "reveal"
title = "So large"
exhibit = "trip"
"""


def tiny_lesson(text: str = TINY) -> Lesson:
    return read_lesson(text, "tiny", "tiny.toml")


def documented() -> str:
    """Return the TOML of the example in the documentation."""
    text = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- example.*?-->\n```toml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]
