"""Rows say what the exhibits say, and shards hold them as they are."""

import json
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest

from fusionviz.analysis.inputs.pair_subject import read_pair
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.explain.batch import rows as batch_rows
from fusionviz.explain.batch.making import LOST, ShardMaker
from fusionviz.explain.batch.plan import USUAL, BatchFolder, BatchPlan, make_plan
from fusionviz.explain.batch.rows import Analyst, ExhibitRow, PairRow
from fusionviz.explain.batch.shards import (
    gather_numbers,
    read_arrays,
    read_shard,
    write_shard,
)
from fusionviz.explain.batch.sources import PairChoice
from fusionviz.explain.pairs import (
    load_alignmamba_subject,
    load_subject,
    name_room,
)
from tests.helpers.figures import figures_made


@pytest.fixture(autouse=True)
def _here(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))


def plan_of(choice, **changes):
    changes = {"mango": "mango-tiny", "alignmamba": "alignmamba-tiny", **changes}
    return make_plan(choice, choice.open(), **changes)


@pytest.fixture
def begun(tmp_path):
    """A batch of five rooms in shards of two that nothing is made of yet."""
    plan = plan_of(PairChoice(rooms=5, first_room=7), shard=2)
    folder = BatchFolder(tmp_path / "out")
    assert folder.begin(plan) == [0, 1, 2]
    return folder


def make(folder, shard, run="here"):
    ShardMaker(folder.path, run, "cpu", 1).make(shard)


def by_the_api(seed):
    """The usual exhibits of a room, made one by one."""
    room, name = render_room(seed), name_room(seed)
    mango, _ = load_subject(room, name, "mango-tiny")
    aligned, _ = load_alignmamba_subject(room, name, "alignmamba-tiny")
    pair = read_pair(room, mango.model, aligned.model)
    kinds = map(exhibit_kind, USUAL)
    return {
        kind.name: kind.make(Request(subject=pair, controls=kind.controls()))
        for kind in kinds
    }


@pytest.mark.parametrize("figures", [False, True])
def test_pictures_are_drawn_only_where_they_are_asked_for(tmp_path, figures):
    plan = plan_of(PairChoice(rooms=1, first_room=7), shard=1, figures=figures)
    with figures_made() as drawn:
        row = Analyst(plan, tmp_path / "figures", "cpu").analyse(0)
    assert row.exhibits
    assert not any(one.error for one in row.exhibits)
    assert bool(drawn) == figures
    assert len(list(tmp_path.glob("figures/*/*.html"))) == figures * len(row.exhibits)


def test_rows_have_what_the_exhibits_have(begun):
    make(begun, 1)
    found = read_shard(begun.shard_file(1))
    assert [(row["index"], row["name"]) for row in found] == [
        (2, "room 9"),
        (3, "room 10"),
    ]
    row, made = found[0], by_the_api(9)
    assert row["error"] is None
    assert json.loads(row["sample"]) == {"room": 9}
    assert [one["name"] for one in row["exhibits"]] == list(made)
    for one in row["exhibits"]:
        numbers = {
            n["name"]: n["value"] if n["word"] is None else n["word"]
            for n in one["numbers"]
        }
        assert numbers == pytest.approx(dict(made[one["name"]].numbers))
    for name, arrays in read_arrays(row).items():
        assert set(arrays) == set(made[name].arrays)
        for key, array in arrays.items():
            truth = np.asarray(made[name].arrays[key])
            assert array.dtype == truth.dtype
            np.testing.assert_allclose(array, truth, rtol=1e-5, atol=1e-6)


def test_all_numbers_are_gathered_in_one_table(begun):
    for shard in (2, 0, 1):
        make(begun, shard)
    table = pq.read_table(gather_numbers(begun)).to_pylist()
    assert [row["index"] for row in table] == [0, 1, 2, 3, 4]
    assert [row["name"] for row in table] == [f"room {n}" for n in range(7, 12)]
    truth = by_the_api(10)["inputs-likelihood"].numbers["bits_per_dim"]
    assert table[3]["inputs-likelihood.bits_per_dim"] == pytest.approx(truth, rel=1e-5)
    assert isinstance(table[3]["inputs-correspondences.solver"], str)
    assert {row["error"] for row in table} == {None}


def test_a_broken_pair_is_a_row_with_its_sentence(tmp_path, begun):
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    make_room = render_room(3, (40, 40))
    np.save(pairs / "good_depth.npy", make_room.depth_m)
    (pairs / "bad_depth.png").write_bytes(b"\x89PNG\r\n\x1a\n but no picture")
    (pairs / "gone.csv").write_text("nowhere.png,\ngood_depth.npy,\n,good_depth.npy\n")
    plan = plan_of(PairChoice(path=str(pairs / "gone.csv"), depth_unit="m"))
    analyst = Analyst(plan, tmp_path / "figures", "cpu")
    gone, no_picture, good = map(analyst.analyse, range(3))
    assert "nowhere.png" in gone.error
    assert no_picture.error
    assert not gone.exhibits
    assert good.error == ""
    plan = plan_of(PairChoice(path=str(pairs), depth_unit="m"))
    bad = Analyst(plan, tmp_path / "figures", "cpu").analyse(0)
    assert bad.name == "bad"
    assert bad.error.count("\n") == 0
    refused = {one.name: one.error for one in good.exhibits if one.error}
    assert list(refused) == ["inputs-correspondences"]
    assert "rgb is missing" in refused["inputs-correspondences"]


def test_what_nobody_expected_is_a_row_too(begun, monkeypatch):
    analyst = Analyst(begun.plan(), begun.figures, "cpu")

    def fail(index):
        raise ValueError("first line\nsecond")

    monkeypatch.setattr(analyst.pairs, "read", fail)
    assert analyst.analyse(0).error == "ValueError: first line"


def test_one_exhibit_that_fails_leaves_the_others(begun, monkeypatch):
    def fail(recipe, subject, other):
        if recipe.exhibit == USUAL[0]:
            raise KeyError("what")
        return made(recipe, subject, other)

    made = batch_rows.make_again
    monkeypatch.setattr(batch_rows, "make_again", fail)
    row = Analyst(begun.plan(), begun.figures, "cpu").analyse(0)
    assert row.error == ""
    assert [bool(one.error) for one in row.exhibits] == [True, False, False]


def test_a_shard_is_there_in_full_or_not_at_all(tmp_path):
    def rows():
        yield PairRow(index=0, name="a")
        raise KeyboardInterrupt

    path = tmp_path / "000000.parquet"
    with pytest.raises(KeyboardInterrupt):
        write_shard(path, rows())
    assert list(tmp_path.iterdir()) == []


def test_arrays_of_all_kinds_come_back(tmp_path):
    arrays = {
        "flags": np.array([[True], [False]]),
        "words": np.array(["ä", "bcd"]),
        "none": np.zeros((0, 3), np.float16),
        "turned": np.arange(6.0).reshape(2, 3).T,
        "one": np.array(3, np.int8),
    }
    one = ExhibitRow(name="x", numbers={"n": 2, "nan": float("nan")}, arrays=arrays)
    path = tmp_path / "shard.parquet"
    write_shard(path, [PairRow(index=0, name="a", exhibits=(one,))])
    found = read_arrays(read_shard(path)[0])["x"]
    for key, array in arrays.items():
        assert found[key].dtype == array.dtype
        np.testing.assert_array_equal(found[key], array)


def test_a_pair_at_which_processes_end_is_given_up_after_two(begun):
    note = begun.path / "shards" / "000001.parquet.at-run"
    note.write_text("[2]")
    make(begun, 1, "run")
    assert [row["error"] for row in read_shard(begun.shard_file(1))] == [None, None]
    assert not note.exists()
    begun.shard_file(1).unlink()
    note.write_text("[2, 2]")
    make(begun, 1, "run")
    rows = read_shard(begun.shard_file(1))
    assert [row["error"] for row in rows] == [LOST, None]
    begun.shard_file(1).unlink()
    note.write_text("[2, 2]")
    make(begun, 1, "another")  # what ended in another run does not count
    assert [row["error"] for row in read_shard(begun.shard_file(1))] == [None, None]


def test_a_process_that_ends_leaves_which_pair_it_was_at(begun, monkeypatch):
    class Ended(BaseException):
        pass

    def end(self, index):
        raise Ended

    monkeypatch.setattr(Analyst, "analyse", end)
    for _ in range(2):
        with pytest.raises(Ended):
            make(begun, 2, "run")
    make(begun, 2, "run")
    assert [row["error"] for row in read_shard(begun.shard_file(2))] == [LOST]


def test_a_shard_that_is_there_is_left(begun):
    make(begun, 0)
    before = begun.shard_file(0).stat()
    make(begun, 0)
    assert begun.shard_file(0).stat().st_mtime_ns == before.st_mtime_ns
    assert begun.begin(begun.plan()) == [1, 2]


def test_the_plan_comes_back(begun):
    plan = begun.plan()
    assert BatchPlan.from_json(plan.to_json()) == plan
    pairs = [list(plan.pairs_of(shard)) for shard in plan.shards]
    assert pairs == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    ("changes", "differing"),
    [
        ({"shard": 3}, "shard"),
        ({"only": ["inputs-likelihood"]}, "exhibits"),
        ({"arrays": False}, "arrays"),
    ],
)
def test_another_batch_is_refused(begun, changes, differing):
    other = plan_of(PairChoice(rooms=5, first_room=7), **{"shard": 2, **changes})
    with pytest.raises(InputError, match=differing):
        begun.begin(other)


def test_pairs_that_changed_are_refused(begun):
    plan = begun.plan()
    text = plan.to_json().replace(plan.fingerprint, "0" * 64)
    (begun.path / "batch.json").write_text(text)
    with pytest.raises(InputError, match="changed"):
        ShardMaker(begun.path, "run", "cpu", 1)


def test_unknown_exhibits_are_named():
    with pytest.raises(InputError, match=r"no scaling-curves .*inputs-pair"):
        plan_of(PairChoice(rooms=1), only=["scaling-curves"])


def test_all_means_all_that_a_pair_has():
    kinds = plan_of(PairChoice(rooms=1), everything=True).exhibits
    assert {"latents-traverse", "attention-hidden", "transport-solvers"} < set(kinds)
    assert not [name for name in kinds if name.startswith("scaling")]


def test_figures_share_one_plotly(tmp_path):
    plan = plan_of(PairChoice(rooms=2), only=["inputs-likelihood"], figures=True)
    analyst = Analyst(plan, tmp_path / "figures", "cpu")
    for index in range(2):
        analyst.analyse(index)
    stem = tmp_path / "figures" / "000001" / "inputs-likelihood"
    assert "../plotly.min.js" in stem.with_suffix(".html").read_text()
    assert json.loads(stem.with_suffix(".json").read_text())["numbers"]
    assert [p.name for p in (tmp_path / "figures").rglob("*.js")] == ["plotly.min.js"]


def test_without_arrays_there_are_numbers_alone(tmp_path):
    plan = plan_of(PairChoice(rooms=1), arrays=False)
    row = Analyst(plan, tmp_path, "cpu").analyse(0)
    assert row.bytes == 0
    assert all(one.numbers for one in row.exhibits)


def test_rows_are_written_before_they_fill_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("fusionviz.explain.batch.shards.FLUSH_BYTES", 100)
    one = ExhibitRow(name="x", numbers={}, arrays={"a": np.zeros(10)})
    rows = [PairRow(index=n, name="", exhibits=(one,)) for n in range(5)]
    path = tmp_path / "shard.parquet"
    write_shard(path, rows)
    groups = pq.ParquetFile(path).metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [
        2,
        2,
        1,
    ]


def test_names_of_pairs_stay_text(tmp_path):
    path = tmp_path / "shard.parquet"
    write_shard(path, [PairRow(index=0, name="0001", error="Why; not?")])
    row = SimpleNamespace(**read_shard(path)[0])
    assert (row.name, row.error, row.exhibits) == ("0001", "Why; not?", [])
