"""The whole flow, its likelihood, its trace, and the model around it."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.models.inputs import depth_to_metres, label_map, to_batch, to_range
from fusionviz.models.mango import (
    AttentionCoupling,
    HeadIntervention,
    InvertibleCrossAttention,
    Mango,
    MangoFlow,
)
from fusionviz.models.modalities import MODALITIES
from tests.helpers.properties import assert_inverts, assert_log_det, randomise
from tests.helpers.tiny_models import TINIEST_MANGO

TINY = replace(TINIEST_MANGO, blocks=2)


def sample(seed=0, size=(8, 8)):
    rng = np.random.default_rng(seed)
    return RGBDSample(
        rgb=rng.integers(0, 256, (*size, 3), dtype=np.uint8),
        depth_m=rng.uniform(0.5, 5, size).astype(np.float32),
        label=rng.integers(-1, 3, size),
    )


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return randomise(Mango(TINY), 0.05).eval().requires_grad_(False)


def tokens(batch=2, dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(batch, 8, 4, generator=generator, dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("mixing", ["every", "coupling", "none"])
@pytest.mark.parametrize("form", ["gated", "residual"])
def test_flow_log_det_and_inverse(form, mixing):
    torch.manual_seed(1)
    flow = MangoFlow(replace(TINY, form=form, mixing=mixing))
    flow = randomise(flow, 0.1).double()
    assert_log_det(flow, tokens(), 1e-7)
    assert_inverts(flow, tokens(), 1e-8)


@pytest.mark.parametrize("partitions", [(), ("mmca",), ("imca", "lica")])
def test_partition_subsets_build_what_they_name(partitions):
    flow = MangoFlow(replace(TINY, partitions=partitions))
    kinds = {place.kind for place in flow.places}
    assert kinds == {*partitions, "actnorm", "mixing", "coupling"}
    counts = {"mmca": 2, "imca": 4, "lica": 2}
    expected = TINY.blocks * sum(counts[kind] for kind in partitions)
    layers = [x for x in flow.layers if isinstance(x, InvertibleCrossAttention)]
    assert len(layers) == expected


@pytest.mark.parametrize("partitions", [("mmca",), ("mmca", "imca", "lica")])
def test_attention_couplings_stand_in_the_place_of_cross_attention(partitions):
    torch.manual_seed(1)
    config = replace(TINY, attention="coupling", partitions=partitions)
    flow = MangoFlow(config)
    assert not any(isinstance(x, InvertibleCrossAttention) for x in flow.layers)
    there = sum(isinstance(x, AttentionCoupling) for x in flow.layers)
    plain = MangoFlow(replace(config, attention="invertible"))
    there_plain = [isinstance(x, InvertibleCrossAttention) for x in plain.layers]
    assert there == sum(there_plain) > 0
    assert len(flow.layers) == len(plain.layers)
    flow.initialise(tokens(64, torch.float32))
    flow = randomise(flow, 0.1).double()
    assert_log_det(flow, tokens(), 1e-7)
    assert_inverts(flow, tokens(), 1e-8)


def test_pixels_as_tokens_are_all_pixels_and_nothing_else():
    config = replace(TINY, codec="pixels", width=48)  # 4 x 4 pixels of 3 channels
    torch.manual_seed(0)
    model = Mango(config).eval().requires_grad_(False)
    batch = to_batch([sample(seed) for seed in range(3)], 8)
    plain = model.encode_one(batch, "rgb")
    corner = batch["rgb"][0, :, :4, 4:]  # of the second token, row by row
    assert sorted(plain[0, 1].tolist()) == sorted(corner.flatten().tolist())
    assert (model.encode_one(batch, "depth")[..., 16:] == 0).all()
    model.normalise_codec(batch)
    x = model.encode(batch)
    torch.testing.assert_close(x[:, :4].mean(dim=(0, 1)), torch.zeros(48))
    for name, image in model.decode(x).items():
        torch.testing.assert_close(image, batch[name], atol=1e-5, rtol=0)
    assert not list(model.codec.parameters())


def test_data_initialised_flow_gives_unit_latents_before_training():
    torch.manual_seed(0)
    flow = MangoFlow(TINY)
    x = 4 * tokens(256, torch.float32) + 1
    flow.initialise(x)
    z, _ = flow(x)
    assert abs(z.mean().item()) < 0.1
    assert 0.7 < z.std().item() < 1.4


def test_log_likelihood_is_the_change_of_variables(model):
    x = tokens(3, torch.float32)
    z, log_det = model.flow(x)
    normal = torch.distributions.Normal(0.0, 1.0)
    expected = normal.log_prob(z).sum((1, 2)) + log_det
    torch.testing.assert_close(model.log_likelihood(x), expected)
    bits = -expected / (np.log(2) * 32)
    torch.testing.assert_close(model.bits_per_dim(x), bits.float())


def test_samples_of_the_identity_flow_are_normal():
    torch.manual_seed(0)
    drawn = Mango(replace(TINY, partitions=(), mixing="none")).sample(
        500, temperature=0.5, generator=torch.Generator().manual_seed(0)
    )
    assert drawn.std().item() == pytest.approx(0.5, rel=0.05)


def test_the_priors_mode_is_not_the_mode_of_the_density():
    """log p(x) = log N(z; 0, I) + log|det|: at z = 0 only the first is at its top."""
    torch.manual_seed(0)
    model = randomise(Mango(TINY), 0.1).double().eval().requires_grad_(False)
    z = torch.zeros(1, 8, 4, dtype=torch.float64)
    x = model.flow.inverse(z).requires_grad_()
    at_mode = model.log_likelihood(x)
    (gradient,) = torch.autograd.grad(at_mode.sum(), x)
    assert gradient.norm() > 0.1
    stepped = model.log_likelihood((x + 0.01 * gradient).detach())
    assert stepped.item() > at_mode.item() + 1e-4
    latent, _ = model.flow((x + 0.01 * gradient).detach())
    assert latent.norm() > z.norm()


def test_trace_equals_forward_and_names_its_tokens(model):
    x = tokens(2, torch.float32)
    z, log_det = model.flow(x)
    trace = model.trace(x, tokens=True)
    np.testing.assert_allclose(trace.z, z.numpy(), atol=1e-6)
    np.testing.assert_allclose(trace.log_det, log_det.numpy(), rtol=1e-4)
    total = sum(layer.log_det for layer in trace.layers)
    np.testing.assert_allclose(trace.log_det, total, rtol=1e-4)
    np.testing.assert_allclose(trace.bits_per_dim, model.bits_per_dim(x).numpy())
    first = trace.attention_layers[0]
    assert first.name == "block 1 · MMCA rgb → depth"
    assert first.attention.shape == (2, 2, 4, 4)
    assert first.key_tokens.tolist() == [0, 1, 2, 3]
    assert first.value_tokens.tolist() == [4, 5, 6, 7]
    for before, after in zip(trace.layers, trace.layers[1:], strict=False):
        np.testing.assert_array_equal(before.tokens_out, after.tokens_in)


def test_traced_attention_rebuilds_the_layers_output(model):
    trace = model.trace(tokens(2, torch.float32), tokens=True)
    layer = trace.attention_layers[0]
    values = layer.tokens_in[:, layer.value_tokens]
    split = values.reshape(2, 4, 2, 2).transpose(0, 2, 1, 3)
    read = layer.attention @ split * layer.gate[:, None, None]
    expected = values + read.transpose(0, 2, 1, 3).reshape(2, 4, 4)
    np.testing.assert_allclose(
        layer.tokens_out[:, layer.value_tokens], expected, atol=1e-6
    )


def test_interventions_change_this_call_only(model):
    x = tokens(2, torch.float32)
    index = model.trace(x).attention_layers[0].index
    closed = {index: HeadIntervention(gate=torch.zeros(2))}
    before = model.bits_per_dim(x)
    changed = model.bits_per_dim(x, closed)
    assert not torch.allclose(before, changed)
    torch.testing.assert_close(model.bits_per_dim(x), before)
    z, _ = model.flow(x, closed)
    torch.testing.assert_close(model.flow.inverse(z, closed), x, atol=1e-4, rtol=0)
    np.testing.assert_array_equal(
        model.trace(x, layers=[index], intervention=closed).layers[0].gate, [0, 0]
    )


def test_four_threads_read_what_one_reads(model):
    samples = [sample(seed) for seed in range(4)]
    alone = [model.trace(one) for one in samples]
    together: dict[int, list] = {}

    def read(index):
        together[index] = [model.trace(samples[index]) for _ in range(5)]

    threads = [threading.Thread(target=read, args=(index,)) for index in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    for index, expected in enumerate(alone):
        for found in together[index]:
            np.testing.assert_array_equal(found.z, expected.z)
            np.testing.assert_array_equal(
                found.attention_layers[-1].attention,
                expected.attention_layers[-1].attention,
            )


@pytest.mark.parametrize("missing", ["rgb", "depth"])
def test_a_missing_modality_is_guessed_and_its_content_is_not_read(model, missing):
    whole = sample()
    fields = {"rgb": "rgb", "depth": "depth_m"}
    half = replace(whole, **{fields[missing]: None})
    x = model.encode(half)
    torch.testing.assert_close(x, model.guess(model.encode(whole), missing))


def test_encode_decode_segment_shapes(model):
    x = model.encode([sample(0), sample(1)])
    assert x.shape == (2, 8, 4)
    images = model.decode(x)
    assert images["rgb"].shape == (2, 3, 8, 8)
    assert images["depth"].shape == (2, 1, 8, 8)
    assert model.segment(x).shape == (2, 3, 8, 8)


def test_batches_crop_resize_and_fill():
    depth = np.full((4, 8), 2.0, np.float32)
    depth[:, 5] = 6.0
    depth[0, 2] = np.nan
    wide = RGBDSample(
        rgb=np.full((4, 8, 3), 255, np.uint8),
        depth_m=depth,
        label=np.tile(np.arange(8), (4, 1)),
    )
    batch = to_batch([wide], 4)
    assert (batch["rgb"] == 1).all()
    metres = depth_to_metres(batch["depth"])[0, 0]
    np.testing.assert_allclose(metres[:, 3], 6.0)
    np.testing.assert_allclose(metres[:, :3], 2.0)
    assert not batch.valid["depth"][0, 0, 0, 0]
    assert batch.valid["depth"].sum() == 15
    assert label_map(wide, 4)[0].tolist() == [2, 3, 4, 5]


def test_relative_depth_gets_a_rooms_median():
    relative = RGBDSample(
        rgb=None, depth_m=np.full((4, 4), 77, np.float32), depth_is_metric=False
    )
    batch = to_batch([relative], 4)
    np.testing.assert_allclose(depth_to_metres(batch["depth"]), 2.5, rtol=1e-6)
    assert batch.present["rgb"].tolist() == [False]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 6, "heads": 4}, "width must divide by heads, got 6 and 4"),
        ({"grid": 3}, "grid must have an even number of tokens, got 3"),
        ({"image_size": 64}, "image_size must be grid doubled"),
        ({"partitions": ("nmca",)}, "nmca"),
        ({"gate_start": 1.0}, "gate_start lies between"),
        ({"modalities": ("rgb", "sound")}, "modalities are two of rgb, depth"),
        ({"modalities": ("rgb", "rgb")}, "modalities are two of"),
        ({"target": "sound"}, "target is one of normal, .* got 'sound'"),
        ({"attention": "plain"}, "attention is one of .* got 'plain'"),
        ({"codec": "jpeg"}, "codec is one of .* got 'jpeg'"),
        ({"codec": "pixels"}, "width must hold the 48 values .* got 4"),
        ({"target": "depth"}, "target is one of normal, .* got 'depth'"),
    ],
)
def test_config_says_what_arrived(change, words):
    with pytest.raises(ValueError, match=words):
        replace(TINY, **change)


def test_a_room_is_read_in_every_modality():
    room = render_room(3, (32, 32))
    batch = to_batch([room], 16, tuple(MODALITIES))
    for name, image in batch.images.items():
        assert image.shape == (1, MODALITIES[name].channels, 16, 16)
        assert -1.001 <= image.min() < image.max() <= 1.001
        assert batch.present[name].all()
    lengths = batch["normal"].norm(dim=1)
    torch.testing.assert_close(lengths, torch.ones_like(lengths), atol=1e-4, rtol=0)
    photograph = to_batch([sample()], 8, ("rgb", "shade"))
    assert photograph.present["shade"].tolist() == [False]
    with pytest.raises(ValueError, match="modalities are rgb, depth"):
        to_batch([room], 16, ("rgb", "sound"))


def test_other_modalities_than_rgb_and_depth():
    torch.manual_seed(0)
    model = Mango(replace(TINY, modalities=("shade", "normal"))).eval()
    with torch.inference_mode():
        x = model.encode(render_room(3, (16, 16)))
        images = model.decode(x)
        with pytest.raises(ValueError, match="needs shade or normal"):
            model.encode(sample())
    assert images["shade"].shape == (1, 1, 8, 8)
    assert images["normal"].shape == (1, 3, 8, 8)
    assert x.shape == (1, 8, 4)
    assert model.flow.places[2].name == "block 1 · MMCA shade → normal"


@pytest.mark.parametrize(("target", "channels"), [("normal", 3), ("edge", 1)])
def test_a_model_with_a_target_translates_instead_of_segmenting(
    model, target, channels
):
    torch.manual_seed(0)
    translating = Mango(replace(TINY, target=target)).eval()
    with torch.inference_mode():
        z, _ = translating.flow(translating.encode([sample(0), sample(1)]))
        assert translating.translate(z).shape == (2, channels, 8, 8)
        with pytest.raises(ValueError, match=f"does not segment: .* into {target}"):
            translating.segment(z)
    with pytest.raises(ValueError, match="does not translate: .* no target"):
        model.translate(z)
    names = {name.split(".")[0] for name in translating.state_dict()}
    assert names == {"codec", "flow", "guesses", "translator"}


def test_images_are_brought_to_what_the_modality_can_have():
    image = 3 * torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    normal = to_range(image, "normal")
    torch.testing.assert_close(normal.norm(dim=1), torch.ones(2, 4, 4))
    torch.testing.assert_close(normal * image.norm(dim=1, keepdim=True), image)
    assert to_range(image, "rgb").abs().max() == 1
    inside = image.clamp(-0.9, 0.9)
    torch.testing.assert_close(to_range(inside, "rgb"), inside)
