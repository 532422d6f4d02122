"""What the exhibits of attention across layers say, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.attention.rollout import measure_rollout
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.rollout import ModalityFlowControls, RolloutControls
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.models.mango import Mango
from tests.helpers.tiny_models import TINY_MANGO


def make(name, subject, controls):
    return exhibit_kind(name).make(Request(subject=subject, controls=controls))


@pytest.mark.parametrize("direction", ["from", "to"])
@pytest.mark.parametrize("signs", ["signed", "absolute"])
def test_the_table_is_the_picture(subject, direction, signs):
    controls = RolloutControls(token=21, direction=direction, signs=signs)
    made = make("attention-rollout", subject, controls)
    expected = measure_rollout(subject, signs).shares(21, direction)
    np.testing.assert_array_equal(made.arrays["shares"], expected)
    np.testing.assert_array_equal(made.table["share"], expected.ravel())
    at = 16 + 4 * 1 + 1  # depth, row 1, column 1 of 4 x 4
    place = [made.table[key][at] for key in ("block", "modality", "row", "column")]
    assert place == [1, "depth", 1, 1]
    assert "What is left out" in made.caption
    assert "depth row 2, column 2" in made.alt


def test_the_first_patch_is_in_the_upper_middle_of_rgb(subject):
    made = make("attention-rollout", subject, RolloutControls())
    assert "RGB row 2, column 3" in made.alt


def test_streams_of_each_block_add_up(subject):
    for path in ("read", "decide"):
        made = make("attention-modality-flow", subject, ModalityFlowControls(path=path))
        np.testing.assert_allclose(made.arrays["flow"].sum(axis=(1, 2)), 1)
        assert sum(made.table["share"]) == pytest.approx(1)


def test_a_token_beyond_the_last_is_refused(subject):
    with pytest.raises(InputError, match="tokens are 0 to 31, got 32"):
        make("attention-rollout", subject, RolloutControls(token=32))


@pytest.mark.parametrize(
    "wrong", [{"direction": "up"}, {"signs": "none"}, {"token": -2}, {"path": "both"}]
)
def test_unknown_controls_are_refused(wrong):
    controls = ModalityFlowControls if "path" in wrong else RolloutControls
    with pytest.raises(InputError):
        controls.from_json(wrong)


@pytest.mark.parametrize("name", ["attention-rollout", "attention-modality-flow"])
def test_a_model_without_attention_gets_a_sentence(name, subject):
    model = Mango(replace(TINY_MANGO, partitions=())).eval().requires_grad_(False)
    bare = MangoSubject(model, subject.sample)
    with pytest.raises(InputError, match="no attention layers"):
        make(name, bare, exhibit_kind(name).controls())
