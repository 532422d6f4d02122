"""Two heads as an exhibit: which is A, and what is subtracted."""

import numpy as np
import pytest

from fusionviz.analysis.attention.one_head import find_head
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.head_comparison import (
    CompareControls,
    make_comparison,
)
from fusionviz.exhibits.shared.exhibit import Request


def test_a_is_the_other_subject(subject, other):
    controls = CompareControls(layer=2, head=0, a_layer=5, a_head=1, a_query=3)
    exhibit = make_comparison(Request(subject=subject, other=other, controls=controls))
    of_a, _ = find_head(other, layer=5, head=1)
    of_b, _ = find_head(subject, layer=2, head=0)
    np.testing.assert_array_equal(exhibit.arrays["S_a"], of_a.weights[1])
    np.testing.assert_array_equal(exhibit.arrays["S_b"], of_b.weights[0])
    np.testing.assert_array_equal(
        exhibit.arrays["difference"], of_a.weights[1] - of_b.weights[0]
    )
    assert exhibit.numbers["row_a"] == of_a.row_of(3)
    assert exhibit.numbers["head_a"] == 2


def test_layers_of_other_tokens_are_said_to_be_subtracted_place_by_place(subject):
    flipped = CompareControls(layer=2, head=0, a_layer=5, a_head=0)
    request = Request(subject=subject, other=subject, controls=flipped)
    assert "stands for another token" in make_comparison(request).caption
    same = CompareControls(layer=2, head=0, a_layer=2, a_head=1)
    request = Request(subject=subject, other=subject, controls=same)
    assert "stands for another token" not in make_comparison(request).caption


def test_what_there_is_not_is_refused(subject):
    for settings in ({"layer": 0}, {"a_head": 9}):
        controls = CompareControls.from_json(settings)
        with pytest.raises(InputError):
            make_comparison(Request(subject=subject, controls=controls))
    with pytest.raises(InputError):
        CompareControls.from_json({"query": -2})
