"""What holds for every kind of exhibit, whatever it shows."""

import csv
import io
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import KINDS as ALL_KINDS
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import FigureRecipe, Request, SubjectName
from fusionviz.explain.files import to_csv, to_npz
from fusionviz.models.mango import Mango
from tests.helpers.figures import figures_made
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

KINDS = [kind.name for kind in ALL_KINDS]
LARGEST_CHART = 2_000_000


def make(name, subject, other):
    kind = exhibit_kind(name)
    second = other if kind.needs_other else None
    return kind.make(Request(subject=subject, controls=kind.controls(), other=second))


def recipe_of(name):
    return FigureRecipe(
        exhibit=name,
        subject=SubjectName(checkpoint="c", weights_sha256="0", sample={"room": 3}),
        controls=asdict(exhibit_kind(name).controls()),
        versions={"fusionviz": "0"},
    )


@pytest.fixture(scope="module")
def drawn_early():
    """Names of kinds that draw before their picture is asked for."""
    return []


@pytest.fixture(scope="module")
def made(subjects, other, drawn_early):
    found = {}
    for name in KINDS:
        with figures_made() as figures:
            found[name] = make(name, subjects[exhibit_kind(name).reads], other)
        drawn_early += [name] * bool(figures)
    return found


def test_nothing_is_drawn_before_a_picture_is_asked_for(made, drawn_early):
    assert set(made) == set(KINDS)
    assert drawn_early == []


@pytest.mark.parametrize("name", KINDS)
def test_it_has_a_picture_in_words_and_how_to_read_it(made, name):
    exhibit = made[name]
    assert exhibit.alt.endswith(".")
    assert len(exhibit.caption) > 80
    assert len(exhibit.figure.to_json()) < LARGEST_CHART
    assert exhibit.numbers or exhibit.arrays or exhibit.table is not None


@pytest.mark.parametrize("name", KINDS)
def test_its_exports_open_again(made, name):
    exhibit, recipe = made[name], recipe_of(name)
    with np.load(io.BytesIO(to_npz(exhibit.arrays, recipe))) as file:
        assert FigureRecipe.from_json(str(file["recipe"])) == recipe
        for key, array in exhibit.arrays.items():
            np.testing.assert_array_equal(file[key], array)
    if exhibit.table is not None:
        rows = list(csv.reader(io.StringIO(to_csv(exhibit.table).decode())))
        assert rows[0] == list(exhibit.table)
        assert len(rows) == 1 + len(next(iter(exhibit.table.values())))
    json.dumps(dict(exhibit.numbers), allow_nan=False)


@pytest.mark.parametrize("name", KINDS)
def test_its_controls_come_back_from_json(name):
    kind = exhibit_kind(name)
    controls = kind.controls()
    text = json.dumps(asdict(controls))
    assert kind.controls.from_json(json.loads(text)) == controls
    with pytest.raises(InputError, match="no_such_control"):
        kind.controls.from_json({"no_such_control": 1})


def ask_all(subject, other, *reads, wait):
    """Every array of every quick exhibit of a subject, each after a wait."""
    kinds = {name: exhibit_kind(name) for name in KINDS}
    quick = [n for n, kind in kinds.items() if kind.reads in reads and not kind.is_long]
    made = {}
    for name in quick:
        wait()
        try:
            made[name] = make(name, subject, other).drawn().arrays
        except InputError as error:  # says what it is not for
            made[name] = {"refused": np.array(str(error))}
    return made


def sessions(model, samples, other):
    """Return what is asked of each sample: a function of what it waits for."""
    if isinstance(model, Mango):
        return [
            lambda wait, one=one: ask_all(
                MangoSubject(model, one), other, "mango", wait=wait
            )
            for one in samples
        ]
    return [
        lambda wait, one=one: ask_all(
            AlignMambaSubject(model, one), None, "alignmamba", "tokens", wait=wait
        )
        for one in samples
    ]


@pytest.mark.parametrize("what", ["mango", "alignmamba", "utterances"])
def test_four_sessions_see_their_own_sample(mango, other, what):
    """Every array that any session gets is that of a session that is alone.

    They ask in step: all four make the same exhibit at the same moment.
    """
    rooms = [render_room(seed, (32, 32)) for seed in range(4)]
    utterances = [render_utterance(seed) for seed in range(4)]
    asked = {
        "mango": lambda: sessions(mango, rooms, other),
        "alignmamba": lambda: sessions(tiny_alignmamba(), rooms, other),
        "utterances": lambda: sessions(tiny_sentiment(), utterances, other),
    }[what]
    alone = [ask(lambda: None) for ask in asked()]
    step = threading.Barrier(4, timeout=120)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda ask: ask(step.wait), asked()))
    for expected, got in zip(alone, together, strict=True):
        assert got.keys() == expected.keys()
        for name, arrays in expected.items():
            assert got[name].keys() == arrays.keys()
            for key, array in arrays.items():
                if array.dtype.kind in "US":
                    np.testing.assert_array_equal(got[name][key], array)
                    continue
                np.testing.assert_allclose(
                    got[name][key], array, rtol=1e-4, atol=1e-5, err_msg=name
                )


def test_an_unknown_exhibit_is_refused_with_the_list():
    with pytest.raises(InputError, match=KINDS[0]):
        exhibit_kind("nothing")


def test_what_is_no_recipe_is_refused():
    for text in ("", "{}", '{"format": 99}', "[1]"):
        with pytest.raises(InputError):
            FigureRecipe.from_json(text)


def test_one_exhibit_is_imported_without_the_others():
    script = (
        "import sys, fusionviz.exhibits.transport.solvers as one\n"
        "rooms = ('latents', 'attention', 'distributions', 'kinds')\n"
        "print([m for m in sys.modules if m.startswith('fusionviz.exhibits.') "
        "and m.split('.')[2] in rooms])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", KINDS)
def test_its_picture_fits_a_screen_and_its_height_is_that_of_its_kind(made, name):
    kind, exhibit = exhibit_kind(name), made[name]
    assert 300 <= kind.height_of(exhibit) <= 600
    assert kind.height_of(exhibit) == (exhibit.height or kind.height)
    assert exhibit.figure.layout.height is None
