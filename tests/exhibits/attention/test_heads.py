"""All heads, one head, partitions and mixing, as exhibits."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.attention.overview import measure_overview
from fusionviz.analysis.shared.attention.mango import attention_layers
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.one_head import HeadControls, make_head
from fusionviz.exhibits.attention.overview import (
    HeadsControls,
    OverviewControls,
    make_gates,
    make_overview,
)
from fusionviz.exhibits.attention.partitions import (
    MixingControls,
    PartitionControls,
    make_mixing,
    make_partition,
)
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.models.mango import Mango


def ask(make, subject, controls):
    return make(Request(subject=subject, controls=controls))


def of_kind(mango, kind):
    return [name.index for name in attention_layers(mango) if name.kind == kind]


def test_the_table_lists_the_heads_in_the_order_shown(subject):
    controls = OverviewControls(sort="entropy", kinds=("mmca", "lica"))
    table = ask(make_overview, subject, controls).table
    assert set(table["kind"]) == {"mmca", "lica"}
    assert len(table["layer"]) == 8
    assert list(table["relative_entropy"]) == sorted(table["relative_entropy"])
    lica = [kind == "lica" for kind in table["kind"]]
    np.testing.assert_array_equal(np.isnan(table["distance_patches"]), lica)


def test_the_caption_names_the_strongest_head_with_its_numbers(subject):
    overview = measure_overview(subject)
    place = overview.strongest
    caption = ask(make_overview, subject, OverviewControls()).caption
    name = overview.layer_at(place).layer.name
    assert f"**{name}, head {overview.number[place]}**" in caption
    assert f"gate {overview.gate[place]:+.3f}" in caption
    assert f"Of {len(overview)} heads" in caption


def test_without_a_picked_head_the_strongest_is_shown_and_framed(subject):
    overview = measure_overview(subject)
    place = overview.strongest
    numbers = ask(make_head, subject, HeadControls()).numbers
    assert numbers["layer"] == overview.layer_at(place).layer.name
    assert numbers["head"] == overview.number[place]
    framed = ask(make_overview, subject, OverviewControls()).figure.layout.shapes
    layer, head = overview.layer_at(place).layer.index, overview.number[place] - 1
    named = OverviewControls(layer=layer, head=int(head))
    again = ask(make_overview, subject, named).figure.layout.shapes
    assert len(framed) == 1
    assert framed == again


def test_a_filter_that_leaves_no_head_is_said(subject):
    for make, controls in (
        (make_overview, OverviewControls(block=9)),
        (make_gates, HeadsControls(block=9)),
    ):
        exhibit = ask(make, subject, controls)
        assert exhibit.alt.startswith("No head is shown")
        assert len(exhibit.table["layer"]) == 0


@pytest.mark.parametrize("kind", ["mmca", "imca", "lica"])
def test_every_patch_asks_with_a_row_of_its_own_token(mango, subject, kind):
    layer = of_kind(mango, kind)[0]
    for token in (0, 9, 31):
        exhibit = ask(
            make_head, subject, HeadControls(layer=layer, head=1, query=token)
        )
        row = exhibit.numbers["row"]
        table = exhibit.table
        assert token in (table["token_of_x1"][row], table["token_of_x2"][row])
        np.testing.assert_allclose(exhibit.arrays["S"][row], table["weight"])
        assert f"row {row} read" in exhibit.caption


def test_the_caption_of_a_mixture_says_how_weights_are_spread(mango, subject):
    controls = HeadControls(layer=of_kind(mango, "lica")[0], head=0)
    exhibit = ask(make_head, subject, controls)
    assert "|W[j, token]|" in exhibit.caption
    assert exhibit.arrays["over_pictures"].sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("modality", ["rgb", "depth"])
def test_a_guessed_modality_is_said(mango, subject, modality):
    sample = subject.sample
    alone = RGBDSample(
        rgb=sample.rgb if modality == "rgb" else None,
        depth_m=sample.depth_m if modality == "depth" else None,
    )
    guessed = MangoSubject(mango, alone)
    for make, controls in (
        (make_head, HeadControls()),
        (make_mixing, MixingControls()),
    ):
        figure = ask(make, guessed, controls).figure
        texts = [a.text for a in figure.layout.annotations]
        assert sum("(guessed)" in text for text in texts) == 1


def test_the_mixing_is_of_the_layers_own_w(mango, subject):
    layer = of_kind(mango, "lica")[1]
    partition = mango.flow.layers[layer].partition
    for half, first in (("X1", 0), ("X2", 16)):
        controls = MixingControls(layer=layer, query=9, half=half)
        exhibit = ask(make_mixing, subject, controls)
        nearest = partition.nearest_permutation().numpy()
        np.testing.assert_array_equal(exhibit.arrays["nearest"], nearest)
        np.testing.assert_allclose(
            exhibit.arrays["W"], partition.matrix.weight(), atol=1e-6
        )
        position = exhibit.numbers["position"]
        assert first <= position < first + 16
        row = position % 16
        assert 9 in (nearest[row], nearest[16 + row])
        assert exhibit.numbers["nearest_token"] == nearest[position]


def test_what_is_not_there_is_refused(mango, subject):
    mmca = of_kind(mango, "mmca")[0]
    with pytest.raises(InputError, match="it is no LICA layer"):
        ask(make_mixing, subject, MixingControls(layer=mmca))
    with pytest.raises(InputError, match="attention layers are"):
        ask(make_partition, subject, PartitionControls(layer=0))
    with pytest.raises(InputError, match="tokens are 0 to 31"):
        ask(make_head, subject, HeadControls(query=32))
    config = replace(mango.config, partitions=("mmca",))
    plain = MangoSubject(Mango(config).eval(), subject.sample)
    with pytest.raises(InputError, match="no LICA layer"):
        ask(make_mixing, plain, MixingControls())


@pytest.mark.parametrize(
    ("controls", "table"),
    [
        (OverviewControls, {"sort": "size"}),
        (OverviewControls, {"show": "heads"}),
        (OverviewControls, {"kinds": ["coupling"]}),
        (HeadsControls, {"block": -1}),
        (HeadControls, {"head": -2}),
        (MixingControls, {"half": "X3"}),
    ],
)
def test_controls_are_checked(controls, table):
    with pytest.raises(InputError):
        controls.from_json(table)


@pytest.mark.parametrize("form", ["residual", "softmax"])
def test_forms_without_gates_are_shown_without(mango, subject, form):
    model = Mango(replace(mango.config, form=form)).eval()
    plain = MangoSubject(model, subject.sample)
    caption = ask(make_overview, plain, OverviewControls()).caption
    assert "This form has no gates" in caption
    assert "gate" not in ask(make_head, plain, HeadControls()).numbers
    assert "gate" not in ask(make_gates, plain, HeadsControls()).table
