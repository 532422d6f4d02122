"""A report: charts and notes in one file; what a reader wrote stays text."""

import json
import re

import numpy as np
import pytest

from fusionviz.data.arrays.example import example_file
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.explain.arrays import array_requests, arrays_subject, name_arrays
from fusionviz.explain.report_page import ReportEntry, write_report
from fusionviz.explain.writing import make_again

NOTE = "look: </script><script>alert(1)</script> & <b>that</b>\nsecond line"


def entry(name, note=""):
    data = example_file()
    subject = arrays_subject(data, "example.npz")
    requests = array_requests(subject, name_arrays(data))
    (one,) = (r for r in requests if r.recipe.exhibit == name)
    return ReportEntry(
        exhibit=make_again(one.recipe, one.subject), recipe=one.recipe, note=note
    )


@pytest.fixture(scope="module")
def page():
    names = ("attention-brought-heads", "transport-own", "latents-arrays")
    return write_report("Mine & <yours>", [entry(name, NOTE) for name in names])


def test_plotly_stands_in_it_once_and_nothing_is_from_elsewhere(page):
    assert page.count("plotly.js v") == 1
    body = re.sub(r"<script>/\*\*.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)=["']?https?:""", body)


def test_notes_and_titles_are_text(page):
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert "<b>that</b>" not in page
    assert page.count("&lt;/script&gt;&lt;script&gt;alert(1)") == 3
    assert "<title>Mine &amp; &lt;yours&gt;</title>" in page


def test_its_figures_are_those_of_the_exhibits(page):
    (text,) = re.findall(r'id="report">(.*?)</script>', page, flags=re.DOTALL)
    figures = json.loads(text)["figures"]
    assert len(figures) == 3
    made = entry("transport-own").exhibit.figure
    assert [one["type"] for one in figures[1]["data"]] == [t.type for t in made.data]
    assert page.count('role="figure"') == 3


def test_words_and_recipes_are_there(page):
    assert page.count("How to read this") == 3
    assert "Kolmogorov" in page
    assert "arrays_sha256" in page
    assert "<math" in page


def test_words_of_readers_in_captions_are_no_markup():
    named = {
        "plan": np.ones((2, 2)),
        "plan_between": np.array(["<img src=x onerror=y>", "$b$"]),
    }
    from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
    from fusionviz.data.arrays.files import arrays_of

    kind = exhibit_kind("transport-own")
    subject = ArraysSubject(arrays=arrays_of(named), title="a")
    made = kind.make(Request(subject=subject, controls=kind.controls()))
    recipe = entry("transport-own").recipe
    page = write_report("a", [ReportEntry(exhibit=made, recipe=recipe)])
    assert "<img" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)


def test_a_report_of_nothing_is_a_sentence():
    with pytest.raises(InputError, match="picture"):
        write_report("a", [])
