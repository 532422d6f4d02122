"""What the pictures of attention across layers draw."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.attention.rollout import Rollout
from fusionviz.data.grid import Grid
from fusionviz.views.attention.modality_flow import (
    describe_modality_flow,
    draw_modality_flow,
)
from fusionviz.views.attention.rollout import (
    describe_rollout,
    draw_rollout,
    name_token,
    shown_blocks,
)
from fusionviz.views.shared.style import MARK, MODALITY_COLOURS
from tests.helpers.figures import heatmaps

GRID, BLOCKS = 4, 3
JOINT = 2 * GRID**2
TOKEN = GRID**2 + 6


@pytest.fixture
def rollout(rng, pictures) -> Rollout:
    within = np.eye(JOINT) + rng.uniform(-0.01, 0.02, (BLOCKS, JOINT, JOINT))
    after = [within[0], within[1] @ within[0], within[2] @ within[1] @ within[0]]
    return Rollout(
        signs="signed",
        after=np.stack(after).astype(np.float32),
        within=within.astype(np.float32),
        decided=np.tile([[1.0, 3.0], [4.0, 2.0]], (BLOCKS, 1, 1)),
        grid=Grid(GRID, GRID),
        pictures=pictures,
        missing=None,
    )


@pytest.mark.parametrize("direction", ["from", "to"])
def test_panels_share_a_scale_of_square_roots_without_the_patch(rollout, direction):
    figure = draw_rollout(rollout, token=TOKEN, direction=direction)
    shares = rollout.shares(TOKEN, direction)
    others = np.delete(np.abs(shares).reshape(BLOCKS, -1), TOKEN, axis=1)
    drawn = heatmaps(figure)
    assert len(drawn) == 2 * BLOCKS
    assert {(one.zmin, one.zmax) for one in drawn} == {(-1.0, 1.0)}
    for index, one in enumerate(drawn):
        block, modality = divmod(index, 2)
        share = shares[block, modality]
        expected = np.sign(share) * np.sqrt(np.abs(share) / others.max())
        if modality == 1:
            assert np.isnan(one.z[1, 2])
            expected[1, 2] = np.nan
        np.testing.assert_allclose(one.z, expected)
    text = " ".join(a.text for a in figure.layout.annotations)
    assert f"itself {100 * shares[2, 1, 1, 2]:.0f} %" in text
    assert "square-root scale" in text


def test_the_patch_is_framed_in_its_picture_of_every_block(rollout):
    figure = draw_rollout(rollout, token=TOKEN, direction="from")
    frames = [t for t in figure.data if t.type == "scatter" and t.mode == "lines"]
    assert len(frames) == BLOCKS
    assert all(frame.line.color == MARK for frame in frames)
    # 16 pixels for 4 tokens: row 1 starts at 3.5, column 2 at 7.5
    assert {(min(f.x), min(f.y)) for f in frames} == {(7.5, 3.5)}
    second_row = {f"x{n}" for n in range(BLOCKS + 1, 2 * BLOCKS + 1)}
    assert {frame.xaxis for frame in frames} == second_row


def test_every_patch_can_be_clicked_in_every_panel(rollout):
    figure = draw_rollout(rollout, token=0, direction="from")
    targets = [t for t in figure.data if t.type == "scatter" and t.mode == "markers"]
    assert len(targets) == 2 * BLOCKS
    assert list(targets[1].customdata[6]) == ["depth", 1, 2]
    assert all(len(t.x) == GRID**2 for t in targets)


def test_absolute_weights_start_at_nothing(rollout):
    absolute = replace(rollout, signs="absolute", after=np.abs(rollout.after))
    drawn = heatmaps(draw_rollout(absolute, token=0, direction="from"))
    assert {(one.zmin, one.zmax) for one in drawn} == {(0.0, 1.0)}


def test_the_strongest_source_is_named(rollout):
    after = np.tile(np.eye(JOINT, dtype=np.float32), (BLOCKS, 1, 1))
    after[-1, TOKEN, 3] = -0.25
    words = describe_rollout(
        replace(rollout, after=after), token=TOKEN, direction="from"
    )
    assert name_token(TOKEN, Grid(GRID, GRID)) == "depth row 2, column 3"
    assert "RGB row 1, column 4 with -20.0 %" in words
    assert "itself +80.0 %" in words


def test_an_identity_has_a_picture(rollout):
    still = np.tile(np.eye(JOINT, dtype=np.float32), (BLOCKS, 1, 1))
    figure = draw_rollout(replace(rollout, after=still), token=0, direction="to")
    assert all(np.nanmax(np.abs(one.z)) == 0 for one in heatmaps(figure))


def test_many_blocks_are_thinned_from_the_first_to_the_last():
    assert shown_blocks(1) == [0]
    assert shown_blocks(4) == [0, 1, 2, 3]
    assert shown_blocks(12) == [0, 2, 4, 7, 9, 11]


def test_streams_are_shares_of_their_block(rollout):
    figure = draw_modality_flow(rollout, path="decide")
    (sankey,) = figure.data
    values = np.array(sankey.link.value).reshape(BLOCKS, 2, 2)
    np.testing.assert_allclose(values, np.tile([[10, 30], [40, 20]], (BLOCKS, 1, 1)))
    assert sankey.link.source[:4] == (0, 0, 1, 1)
    assert sankey.link.target[:4] == (2, 3, 2, 3)
    assert sankey.node.color[:2] == (MODALITY_COLOURS["rgb"], MODALITY_COLOURS["depth"])
    assert "RGB → depth: 30.0 %" in sankey.link.customdata[1]
    text = " ".join(a.text for a in figure.layout.annotations)
    assert text.count("30 %") == text.count("40 %") == BLOCKS
    words = describe_modality_flow(rollout, path="decide")
    assert words.count("70 %") == BLOCKS


def test_what_is_read_is_off_the_diagonal(rollout):
    values = draw_modality_flow(rollout, path="read").data[0].link.value
    weight = np.abs(rollout.within[0]) * (1 - np.eye(JOINT))
    into_depth = weight[GRID**2 :, : GRID**2].sum() / weight.sum()
    assert values[1] == pytest.approx(100 * into_depth)


def test_nothing_that_moves_draws_no_streams(rollout):
    still = replace(rollout, within=np.tile(np.eye(JOINT), (BLOCKS, 1, 1)))
    figure = draw_modality_flow(still, path="read")
    assert not figure.data[0].link.value
