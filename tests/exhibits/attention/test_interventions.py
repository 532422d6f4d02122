"""Changed heads and their ranking as exhibits."""

import numpy as np
import pytest

from fusionviz.analysis.attention.head_effects import measure_head_effects
from fusionviz.analysis.attention.interventions import head_names, measure_intervention
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.head_effects import RankingControls, make_ranking
from fusionviz.exhibits.attention.interventions import (
    InterventionControls,
    make_intervention,
)
from fusionviz.exhibits.shared.exhibit import Request


def test_the_numbers_are_those_of_the_measurement(subject):
    heads = tuple((one.layer, one.head) for one in head_names(subject.model)[:3])
    controls = InterventionControls(heads=heads, gate=0.5)
    exhibit = make_intervention(Request(subject=subject, controls=controls))
    effect = measure_intervention(subject, heads, gate=0.5)
    assert exhibit.numbers["heads_changed"] == 3
    assert exhibit.numbers["bits_per_dim_changed"] == effect.bits_changed
    assert exhibit.numbers["relabelled_share"] == effect.relabelled
    np.testing.assert_array_equal(
        exhibit.arrays["labels_changed"], effect.changed.labels
    )
    assert "Their gates are set to 0.500" in exhibit.caption


def test_without_a_choice_the_widest_open_head_is_off(subject):
    exhibit = make_intervention(
        Request(subject=subject, controls=InterventionControls())
    )
    names = head_names(subject.model)
    gates = [abs(one.gate) for one in names]
    widest = names[int(np.argmax(gates))]
    assert widest.title in exhibit.caption
    none = InterventionControls(heads=())
    exhibit = make_intervention(Request(subject=subject, controls=none))
    assert exhibit.numbers["heads_changed"] == 0
    assert "No head is chosen" in exhibit.caption


def test_controls_are_checked():
    for settings in (
        {"gate": -1.0},
        {"change": "off"},
        {"heads": ((1, 2, 3),)},
    ):
        with pytest.raises(InputError):
            InterventionControls.from_json(settings)
    for settings in ({"rooms": 33}, {"order": "name"}, {"shown": 0}):
        with pytest.raises(InputError):
            RankingControls.from_json(settings)
    read = InterventionControls.from_json({"heads": [[2, 1]], "gate": 0.5})
    assert read.heads == ((2, 1),)


def test_a_head_that_is_not_there_is_refused(subject):
    controls = InterventionControls(heads=((2, 9),))
    with pytest.raises(InputError, match="no head 10"):
        make_intervention(Request(subject=subject, controls=controls))


def test_a_ranking_on_rooms_does_not_read_the_sample(subject, other):
    controls = RankingControls(rooms=1)
    one, two = (
        make_ranking(Request(subject=s, controls=controls)) for s in (subject, other)
    )
    np.testing.assert_array_equal(
        one.table["added_bits_per_dim"], two.table["added_bits_per_dim"]
    )
    own = make_ranking(Request(subject=subject, controls=RankingControls()))
    expected = measure_head_effects([subject])
    np.testing.assert_array_equal(own.arrays["added_bits_per_dim"], expected.bits)
    assert own.numbers["samples"] == 1


def test_a_ranking_that_was_stopped_says_so(subject):
    def tell(share, doing):
        return share < 0.3

    request = Request(subject=subject, controls=RankingControls(), progress=tell)
    assert "Stopped after 6 of 16 heads" in make_ranking(request).caption
    request = Request(
        subject=subject, controls=RankingControls(), progress=lambda *_: False
    )
    with pytest.raises(InputError, match="start it again"):
        make_ranking(request)
