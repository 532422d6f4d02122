"""Changed heads against the model's own calls, and against a flow without attention."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.attention.head_effects import measure_head_effects
from fusionviz.analysis.attention.interventions import head_names, measure_intervention
from fusionviz.analysis.shared.subjects.mango import MangoSubject, decode
from fusionviz.data.rooms import render_room
from fusionviz.models.mango import InvertibleCrossAttention, Mango
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim
from fusionviz.models.mango.layers.invertible import HeadIntervention
from tests.helpers.tiny_models import TINY_MANGO, tiny_mango


def strong_mango(seed=0):
    """A tiny model whose heads differ and do much."""
    model = tiny_mango(seed)
    generator = torch.Generator().manual_seed(seed)
    for layer in model.flow.layers:
        if isinstance(layer, InvertibleCrossAttention):
            layer.gate_weight.copy_(0.1 * torch.randn(layer.heads, generator=generator))
    return model


@pytest.fixture(scope="module")
def subject():
    return MangoSubject(strong_mango(), render_room(3, (32, 32)))


def all_heads(model):
    return [(one.layer, one.head) for one in head_names(model)]


@torch.inference_mode()
def without_attention(model, x):
    """Latents and log-determinant of the layers that are no attention."""
    total = torch.zeros(1)
    for layer in model.flow.layers:
        if not isinstance(layer, InvertibleCrossAttention):
            x, log_det = layer(x)
            total = total + log_det
    return x, total


def test_one_head_is_what_the_model_says_with_that_gate(subject):
    model, (layer, head) = subject.model, all_heads(subject.model)[3]
    gates = torch.tensor([torch.nan, torch.nan])
    gates[head] = 0.4
    intervention = {layer: HeadIntervention(gate=gates)}
    effect = measure_intervention(subject, [(layer, head)], gate=0.4)
    with torch.inference_mode():
        bits = model.bits_per_dim(subject.x, intervention)
        z, _ = model.flow(subject.x, intervention)
        labels = model.segment(z)[0].argmax(dim=0).numpy()
        expected = decode(model, model.flow.inverse(z))
    assert effect.bits_changed == pytest.approx(float(bits), abs=1e-6)
    assert effect.bits_added != 0
    np.testing.assert_array_equal(effect.changed.labels, labels)
    np.testing.assert_array_equal(effect.rewritten.rgb, expected.rgb)
    np.testing.assert_array_equal(effect.rewritten.depth_m, expected.depth_m)
    assert [one.title for one in effect.heads] == ["block 1 · MMCA depth → rgb, head 2"]


def test_all_gates_at_zero_are_the_flow_without_attention(subject):
    z, log_det = without_attention(subject.model, subject.x)
    expected = float(to_bits_per_dim(log_prior(z) + log_det, z))
    effect = measure_intervention(subject, all_heads(subject.model))
    assert effect.bits_changed == pytest.approx(expected, abs=1e-5)
    labels = subject.model.segment(z)[0].argmax(dim=0).numpy()
    assert (effect.changed.labels == labels).mean() > 0.999


def test_even_heads_read_evenly(subject):
    layer, head = all_heads(subject.model)[0]
    intervention = {layer: HeadIntervention(uniform=torch.tensor([True, False]))}
    effect = measure_intervention(subject, [(layer, head)], change="even")
    bits = float(subject.model.bits_per_dim(subject.x, intervention))
    assert effect.bits_changed == pytest.approx(bits, abs=1e-6)


def test_no_heads_change_nothing(subject):
    effect = measure_intervention(subject, [])
    assert effect.heads == ()
    assert effect.bits_added == 0
    assert effect.relabelled == 0
    # decoded and undone are equal but for the round trip
    assert np.abs(effect.depth_change_m).max() < 1e-2
    assert np.abs(effect.rgb_change).max() <= 1


def test_changes_are_signed_and_relabelled_is_a_share(subject):
    effect = measure_intervention(subject, all_heads(subject.model), gate=0.9)
    decoded, rewritten = effect.decoded, effect.rewritten
    colours = rewritten.rgb.astype(float) - decoded.rgb
    np.testing.assert_allclose(effect.rgb_change, colours.mean(axis=2), atol=1e-4)
    metres = rewritten.depth_m.clip(0, 10) - decoded.depth_m.clip(0, 10)
    np.testing.assert_allclose(effect.depth_change_m, metres, atol=1e-5)
    moved = effect.learned.labels != effect.changed.labels
    assert effect.relabelled == moved.sum() / moved.size


def test_what_overflows_is_infinitely_unexpected_and_not_undone(subject, monkeypatch):
    def overflow(x, intervention=None):
        return torch.full_like(x, torch.inf), torch.zeros(1)

    _ = subject.z
    monkeypatch.setattr(subject.model.flow, "forward", overflow)
    effect = measure_intervention(subject, [])
    assert effect.bits_changed == np.inf
    assert effect.rewritten is None
    assert effect.rgb_change is None


@pytest.mark.parametrize(
    ("heads", "settings", "said"),
    [
        ([(2, 7)], {}, "no head 8 in layer 2"),
        ([(0, 0)], {}, "no head 1 in layer 0"),
        ([], {"gate": 1.0}, "gate is"),
        ([], {"gate": float("nan")}, "gate is"),
        ([], {"change": "off"}, "gate or even"),
    ],
)
def test_what_there_is_not_is_refused(subject, heads, settings, said):
    with pytest.raises(ValueError, match=said):
        measure_intervention(subject, heads, **settings)


def test_forms_without_gates_can_only_attend_evenly():
    model = Mango(replace(TINY_MANGO, form="softmax")).eval().requires_grad_(False)
    subject = MangoSubject(model, render_room(3, (32, 32)))
    assert head_names(model)[0].gate is None
    with pytest.raises(ValueError, match="no gates"):
        measure_intervention(subject, all_heads(model)[:1])
    with pytest.raises(ValueError, match="no gates"):
        measure_head_effects([subject])
    assert measure_intervention(subject, all_heads(model)[:1], change="even").heads


def test_each_heads_effect_is_that_of_changing_it_alone():
    # In float64: how far float32 rounds all at once and one alone apart is the CPU's.
    subject = MangoSubject(strong_mango().double(), render_room(3, (32, 32)))
    effects = measure_head_effects([subject])
    for place, one in enumerate(effects.heads):
        alone = measure_intervention(subject, [(one.layer, one.head)])
        assert effects.bits[place] == pytest.approx(alone.bits_added, abs=1e-9)
        assert effects.relabelled[place] == pytest.approx(alone.relabelled, abs=2e-3)
    assert effects.measured == len(effects.heads) == 16
    assert effects.bits_learned == pytest.approx(alone.bits_learned, abs=1e-9)


def test_heads_are_ranked_by_the_size_of_their_effect(subject):
    effects = measure_head_effects([subject])
    for by, values in (("bits", effects.bits), ("relabelled", effects.relabelled)):
        sizes = np.abs(values[effects.ranked(by)])
        assert (np.diff(sizes) <= 0).all()
        assert len(sizes) == 16


def test_effects_on_samples_are_the_mean_of_each(subject):
    other = MangoSubject(subject.model, render_room(5, (32, 32)))
    both = measure_head_effects([subject, other], change="even")
    alone = [measure_head_effects([one], change="even") for one in (subject, other)]
    assert both.samples == 2
    np.testing.assert_allclose(
        both.bits, np.mean([one.bits for one in alone], axis=0), atol=1e-12
    )


def test_what_is_measured_before_a_stop_is_kept(subject):
    told = []

    def stop_at(share):
        def tell(done, doing):
            told.append((done, doing))
            return done < share

        return tell

    some = measure_head_effects([subject], tell=stop_at(0.5))
    assert some.measured == 8
    assert len(some.ranked()) == 8
    pair = measure_head_effects([subject, subject], tell=stop_at(0.75))
    assert (pair.samples, pair.measured) == (1, 16)
    assert told[-1] == (0.75, "switching heads off, sample 2 of 2")
    none = measure_head_effects([subject], tell=stop_at(0))
    assert none.measured == 0


def test_no_sample_is_refused():
    with pytest.raises(ValueError, match="at least one sample"):
        measure_head_effects([])
