"""What heads do, against sums written out."""

import json
import math

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.analysis.attention.heads import (
    head_differences,
    mean_distance,
    measure_heads,
    relative_entropy,
)
from fusionviz.analysis.attention.heads_text import to_json, to_lines
from fusionviz.data.grid import Grid
from fusionviz.data.rooms import render_room
from fusionviz.models.mango import HeadIntervention

GRID, TOKENS = 2, 4


@pytest.fixture(scope="module")
def attention():
    rng = np.random.default_rng(0)
    weights = np.triu(rng.uniform(0.1, 1, (3, TOKENS, TOKENS)))
    weights[1, 0, 2] = 0.0
    return weights / weights.sum(-1, keepdims=True)


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (32, 32)) for seed in (3, 4)]


def test_entropy_is_the_sum_over_the_allowed_keys(attention):
    for head, found in enumerate(relative_entropy(attention)):
        rows = []
        for i in range(TOKENS - 1):
            total = 0.0
            for j in range(i, TOKENS):
                weight = attention[head, i, j]
                total -= weight * math.log(weight) if weight else 0.0
            rows.append(total / math.log(TOKENS - i))
        assert found == pytest.approx(sum(rows) / len(rows))


def test_entropy_is_one_of_even_rows_and_zero_of_one_token():
    even = np.triu(np.ones((TOKENS, TOKENS)))
    even /= even.sum(-1, keepdims=True)
    found = relative_entropy(np.stack([even, np.eye(TOKENS)]))
    np.testing.assert_allclose(found, [1, 0], atol=1e-12)
    assert np.isnan(relative_entropy(np.ones((1, 1, 1))))


def test_distance_is_between_places_whichever_the_picture(attention):
    tokens = np.array([1, 2, 4, 7])  # of a: (0, 1), (1, 0); of b: (0, 0), (1, 1)
    places = [(0, 1), (1, 0), (0, 0), (1, 1)]
    for head, found in enumerate(mean_distance(attention, tokens, Grid(GRID, GRID))):
        total = 0.0
        for i in range(TOKENS - 1):
            for j in range(TOKENS):
                apart = math.dist(places[i], places[j])
                total += attention[head, i, j] * apart
        assert found == pytest.approx(total / (TOKENS - 1))


def test_difference_is_the_jensen_shannon_distance(attention):
    found = head_differences(attention)

    def kl(p, q):
        return sum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a)

    for one in range(3):
        for other in range(3):
            rows = []
            for i in range(TOKENS - 1):
                p, q = attention[one, i], attention[other, i]
                middle = (p + q) / 2
                rows.append(math.sqrt((kl(p, middle) + kl(q, middle)) / 2))
            assert found[one, other] == pytest.approx(np.mean(rows), abs=1e-9)
    apart = np.zeros((2, 2, 2))
    apart[0, :, 0] = apart[1, :, 1] = 1
    assert head_differences(apart)[0, 1] == pytest.approx(1)


def test_a_report_is_the_mean_over_samples_of_every_layer(mango, rooms):
    report = measure_heads(mango, rooms)
    assert report.samples == 2
    assert [layer.kind for layer in report.layers] == (
        ["mmca"] * 2 + ["imca"] * 4 + ["lica"] * 2
    )
    for layer in report.layers:
        traced = [mango.trace(room, layers=[layer.index]).layers[0] for room in rooms]
        maps = [trace.attention[0] for trace in traced]
        np.testing.assert_allclose(layer.gate, traced[0].gate)
        np.testing.assert_allclose(
            layer.entropy, np.mean([relative_entropy(one) for one in maps], axis=0)
        )
        np.testing.assert_allclose(
            layer.difference, np.mean([head_differences(one) for one in maps], axis=0)
        )
        assert layer.mean_difference == pytest.approx(layer.difference[0, 1])
        if layer.kind == "lica":
            assert layer.distance is None
            assert layer.even_distance is None
            continue
        places = traced[0].value_tokens
        np.testing.assert_allclose(
            layer.distance,
            np.mean([mean_distance(one, places, Grid(4, 4)) for one in maps], axis=0),
        )


def test_an_even_head_reads_as_far_as_even_reading(mango, rooms):
    x = mango.encode(rooms)
    layer = measure_heads(mango, rooms).layers[0]
    even = {layer.index: HeadIntervention(uniform=torch.tensor([True, False]))}
    traced = mango.trace(x, layers=[layer.index], intervention=even).layers[0]
    found = mean_distance(traced.attention[0], traced.value_tokens, Grid(4, 4))
    assert found[0] == pytest.approx(layer.even_distance, rel=1e-5)


def test_no_sample_is_refused(mango):
    with pytest.raises(ValueError, match="at least one sample, got none"):
        measure_heads(mango, [])


def test_the_table_has_a_line_a_layer_and_a_summary(mango, rooms):
    report = measure_heads(mango, rooms)
    lines = to_lines(report)
    assert len(lines) == 1 + 8 + 1 + 3
    assert lines[0].split() == [
        "layer", "gate", "entropy", "distance", "even", "difference",
    ]  # fmt: skip
    first = report.layers[0]
    assert lines[1].startswith(first.name)
    assert f"{first.gate.min():+.3f} to {first.gate.max():+.3f}" in lines[1]
    assert lines[-1].startswith("LICA: 4 heads")
    table = json.loads(json.dumps(to_json(report), allow_nan=False))
    assert table["layers"][0]["gate"] == first.gate.tolist()
    assert table["layers"][-1]["distance"] is None
    gates = [layer.gate for layer in report.of_kind("imca")]
    assert table["summary"]["imca"]["mean_absolute_gate"] == pytest.approx(
        np.abs(gates).mean()
    )
    assert table["summary"]["imca"]["subtracting"] == (np.array(gates) < 0).sum()


def test_the_command_prints_it(tiny_checkpoints, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))

    def run(*words):
        return CliRunner().invoke(cli.app, ["heads", *words])

    told = run("mango-tiny", "--count", "1")
    assert told.exit_code == 0, told.output
    assert "block 1 · IMCA 1" in told.stdout
    result = json.loads(run("mango-tiny", "--count", "2", "--json").stdout)
    assert result["checkpoint"] == "mango-tiny"
    assert result["samples"] == 2
    refused = run("alignmamba-tiny")
    assert refused.exit_code == 2
    assert "alignmamba-tiny is no MANGO" in refused.stderr
