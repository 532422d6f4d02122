"""MANGO's tasks train for two steps on a handful of samples, and measure."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.models.mango import Mango
from fusionviz.models.mango.code_length import code_length
from fusionviz.training.parameters import choose_trainable
from fusionviz.training.recipes import Stage
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.shared.rgbd import labelled_batch
from fusionviz.training.tasks.shared.variation import Variation, vary
from tests.helpers.few_steps import take_steps
from tests.helpers.tiny_models import TINY_MANGO

TINY = replace(TINY_MANGO, classes=3)

DECODERS = {
    "task": "mango-codec",
    "steps": 2,
    "batch": 4,
    "learning_rate": 1e-2,
    "trainable": ("codec.*.decoder",),
}


def make_samples(count, labels=True):
    rng = np.random.default_rng(0)
    return [
        RGBDSample(
            rgb=rng.integers(0, 256, (16, 16, 3), dtype=np.uint8),
            depth_m=rng.uniform(0.5, 5, (16, 16)).astype(np.float32),
            label=rng.integers(-1, 3, (16, 16)) if labels else None,
        )
        for _ in range(count)
    ]


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Mango(TINY)


@pytest.mark.parametrize(
    ("name", "parts", "metrics"),
    [
        (
            "mango-codec",
            {"codec"},
            {"codec_rgb_psnr", "codec_depth_psnr", "codec_depth_mae_m"},
        ),
        (
            "mango-flow",
            {"flow", "segmenter", "guesses"},
            {
                "bits_per_dim",
                "bits_per_dim_noisy",
                "bits_per_value",
                "token_bits_per_value",
                "inverse_error",
                "miou",
                "pixel_accuracy",
                "mean_accuracy",
            },
        ),
    ],
)
def test_a_few_steps_lower_the_loss_and_reach_what_they_should(
    model, name, parts, metrics
):
    task, samples = make_task(name, {"augment": True}), make_samples(4)
    losses, _ = take_steps(task, model, samples, steps=6)
    assert losses[-1] < losses[0]
    moved = {
        key.split(".")[0] for key, w in model.named_parameters() if w.grad is not None
    }
    assert moved == parts
    with torch.inference_mode():
        measured = task.evaluate(model.eval(), samples, torch.device("cpu"))
    assert set(measured) == metrics
    for measurement in measured.values():
        assert len(measurement.values) == 4
        assert np.isfinite(measurement.statistic(measurement.values))


def test_bits_are_told_of_clean_tokens_of_noisy_ones_and_of_pixels(model):
    model, samples = model.eval(), make_samples(5)
    with torch.inference_mode():
        batch = model.to_batch(samples)
        task = make_task("mango-flow", {"noise": 0.2})
        measured = task.evaluate(model, samples, torch.device("cpu"))
        clean = model.bits_per_dim(model.encode(batch))
        generator = torch.Generator().manual_seed(0)
        code = code_length(model, batch, noise=0.2, generator=generator)
        half = task.evaluate(
            model, [*samples[:1], replace(samples[1], rgb=None)], torch.device("cpu")
        )
        silent = make_task("mango-flow", {"noise": 0.0}).evaluate(
            model, samples, torch.device("cpu")
        )
    for name, expected in {
        "bits_per_dim": clean,
        "bits_per_dim_noisy": code.noisy_bits_per_dim,
        "bits_per_value": code.bits_per_value,
        "token_bits_per_value": code.token_bits_per_value,
    }.items():
        np.testing.assert_allclose(measured[name].values, expected, rtol=1e-4)
    assert np.isnan(half["bits_per_value"].values).tolist() == [False, True]
    assert set(measured) - set(silent) == {
        "bits_per_dim_noisy",
        "bits_per_value",
        "token_bits_per_value",
    }


def test_samples_without_labels_train_the_density_alone(model):
    task = make_task("mango-flow", {"missing": 0.0})
    _, terms = take_steps(task, model, make_samples(2, labels=False))
    assert terms["segmentation"].item() == 0
    expected = terms["nll"] + terms["guess"]
    torch.testing.assert_close(terms["loss"], expected)


def test_guessed_samples_do_not_count_for_the_likelihood(model):
    task = make_task("mango-flow", {"missing": 1.0, "noise": 0.0})
    _, terms = take_steps(task, model, make_samples(3), steps=1)
    assert terms["nll"].item() == 0


def test_flow_starts_from_tokens_of_unit_scale(model):
    task, samples = make_task("mango-flow"), make_samples(8)
    batch = task.prepare(model, samples)
    with torch.no_grad():
        task.initialise(model, batch)
        x = model.encode(batch.images)
    halves = x.unflatten(1, (2, -1))
    assert halves.std((0, 2)).allclose(torch.ones(2, 8), atol=1e-3)


def test_varied_samples_keep_pixels_together():
    height, width = 12, 12
    label = np.arange(height * width).reshape(height, width)
    sample = RGBDSample(
        rgb=np.repeat(label[..., None], 3, -1).astype(np.uint8),
        depth_m=label.astype(np.float32),
        label=label,
    )
    random = np.random.default_rng(1)
    seen, sizes = set(), set()
    for _ in range(20):
        varied = vary(sample, random)
        np.testing.assert_array_equal(varied.depth_m, varied.label)
        sizes.add(varied.size)
        seen.add(varied.label[0, 0] < varied.label[0, -1])
    assert seen == {True, False}
    assert sizes - {(12, 12)}, "no crop in twenty draws"


def test_a_varied_room_is_a_room_seen_from_another_place():
    room = render_room(3, (32, 32))
    random = np.random.default_rng(0)
    mirrored = 0
    for _ in range(8):
        varied = vary(room, random, Variation(relight=False))
        rows, columns = varied.size
        fits = [
            (top, left, step)
            for top in range(33 - rows)
            for left in range(33 - columns)
            for step in (1, -1)
            if np.array_equal(
                room.rgb[top : top + rows, left : left + columns][:, ::step], varied.rgb
            )
        ]
        top, left, step = fits[0]
        window = room.normal[top : top + rows, left : left + columns][:, ::step]
        np.testing.assert_array_equal(varied.normal, window * [step, 1, 1])
        np.testing.assert_array_equal(
            varied.shade, room.shade[top : top + rows, left : left + columns][:, ::step]
        )
        mirrored += step == -1
    assert 0 < mirrored < 8


def test_a_batch_without_labels_has_none_anywhere():
    batch = labelled_batch(make_samples(2, labels=False), 16)
    assert (batch.label == -1).all()
    assert len(batch[:1]) == 1


def gradients(model, part):
    """The gradients of one part of the model, as one vector."""
    return torch.cat(
        [
            torch.zeros(w.numel()) if w.grad is None else w.grad.flatten()
            for name, w in model.named_parameters()
            if name.startswith(part)
        ]
    )


@pytest.mark.parametrize(
    ("options", "reaches_encoder"),
    [
        ({"teaching": 1.0, "segmentation": 0.0}, False),
        ({"teaching": 1.0, "likelihood": 0.0, "guess": 0.0}, True),
        ({"likelihood": 0.0, "guess": 0.0}, False),
    ],
)
def test_the_encoder_learns_from_classes_and_never_from_the_likelihood(
    model, options, reaches_encoder
):
    task = make_task("mango-flow", {"missing": 0.0, **options})
    samples = [*make_samples(3), *make_samples(3, labels=False)]
    batch = task.prepare(model, samples)
    task.initialise(model, batch)
    task.loss(model, batch, torch.Generator().manual_seed(0))["loss"].backward()
    assert gradients(model, "codec.rgb.encoder").any() == reaches_encoder
    assert gradients(model, "flow").any()
    assert not gradients(model, "codec.rgb.decoder").any()


def test_samples_that_teach_do_not_count_for_the_likelihood(model):
    samples = make_samples(4)
    taught = make_task("mango-flow", {"teaching": 1.0, "missing": 0.0})
    _, terms = take_steps(taught, model, samples, steps=1)
    assert terms["nll"].item() == 0
    unlabelled = make_task("mango-flow", {"teaching": 1.0, "missing": 0.0})
    _, terms = take_steps(unlabelled, model, make_samples(4, labels=False), steps=1)
    assert terms["nll"].item() != 0


def test_reconstruction_keeps_the_decoder_with_the_tokens(model):
    task = make_task("mango-flow", {"teaching": 0.5, "reconstruction": 1.0})
    _, terms = take_steps(task, model, make_samples(5), steps=1)
    assert terms["reconstruction"].item() > 0
    assert gradients(model, "codec.depth.decoder").any()
    with pytest.raises(InputError, match="teaching is a share from 0 to 1, got 1.5"):
        make_task("mango-flow", {"teaching": 1.5})


def test_a_judge_teaches_the_decoders_of_a_model_without_an_encoder(model):
    task = make_task(
        "mango-codec", {"perceptual": 1.0, "judge": "efficientnet-lite0", "noise": 0.0}
    )
    losses, terms = take_steps(task, model, make_samples(4), steps=8)
    assert {"rgb_perceptual", "depth_perceptual"} <= terms.keys()
    assert losses[-1] < losses[0]
    alone = make_task("mango-codec", {"perceptual": 1.0})
    with pytest.raises(InputError, match="judge"):
        take_steps(alone, model, make_samples(4))


def test_decoders_learn_below_a_flow_that_has_learnt_and_latents_stay(model):
    samples = make_samples(4)
    take_steps(make_task("mango-flow"), model, samples)
    with torch.inference_mode():
        tokens = model.encode(samples)
        latents = model.flow(tokens)[0]
        picture = model.codec["rgb"].decode(tokens[:, : model.config.tokens])
    choose_trainable(model, Stage(**DECODERS))
    take_steps(make_task("mango-codec"), model, samples)
    with torch.inference_mode():
        assert torch.equal(model.encode(samples), tokens)
        assert torch.equal(model.flow(tokens)[0], latents)
        other = model.codec["rgb"].decode(tokens[:, : model.config.tokens])
    assert not torch.equal(other, picture)


def test_encoders_that_learn_on_take_the_scale_of_their_tokens_away(model):
    samples = make_samples(4)
    take_steps(make_task("mango-flow"), model, samples)
    assert model.codec["rgb"].is_normalised
    take_steps(make_task("mango-codec"), model, samples)
    assert not model.codec["rgb"].is_normalised
