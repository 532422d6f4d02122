"""MANGO translates two modalities into a third: every pair that has a recipe."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.factory import make_model
from fusionviz.models.mango import Mango
from fusionviz.training.evaluation import evaluate_checkpoint
from fusionviz.training.parameters import choose_trainable
from fusionviz.training.recipes import list_recipes, load_recipe
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.shared.image_losses import absolute_error
from fusionviz.training.tasks.shared.translation import translation_loss
from fusionviz.training.train import train
from tests.helpers.few_steps import take_steps
from tests.helpers.tiny_models import TINY_MANGO

RECIPES = [name for name in list_recipes() if "-translation-" in name]
PAIRS = {
    ("shade", "texture", "rgb"),
    ("depth", "normal", "rgb"),
    ("rgb", "shade", "normal"),
    ("rgb", "normal", "shade"),
    ("rgb", "edge", "depth"),
}
BITS = {"bits_per_dim", "bits_per_dim_noisy", "bits_per_value", "token_bits_per_value"}
METRICS = {"mae", "mse", "psnr", "ssim", "inverse_error", *BITS}
OF_TARGET = {
    "depth": {"depth_mae_m"},
    "normal": {"normal_angle_deg"},
    "rgb": {"luminance_ssim"},
}
CPU = torch.device("cpu")


def tiny(modalities, target=""):
    torch.manual_seed(0)
    return Mango(replace(TINY_MANGO, modalities=modalities, target=target))


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (24, 24)) for seed in range(3)]


def moved(model):
    """The parts of a model that a gradient has reached."""
    names = (name for name, w in model.named_parameters() if w.grad is not None)
    return {name.split(".")[0] for name in names}


def test_each_of_the_papers_pairs_has_a_recipe():
    configs = [load_recipe(name).model.config for name in RECIPES]
    found = [(*config["modalities"], config["target"]) for config in configs]
    assert len(found) == len(PAIRS)
    assert set(found) == PAIRS


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_trains_for_two_steps_and_measures(name, rooms):
    recipe = load_recipe(name)
    target = recipe.model.config["target"]
    model = tiny(recipe.model.config["modalities"], target)
    reading, decoding, flow = (make_task(one.task, one.options) for one in recipe.stage)

    choose_trainable(model, recipe.stage[0])
    losses, terms = take_steps(reading, model, rooms, rate=1e-3)
    assert losses[1] < losses[0]
    assert set(terms) == {"loss", "translation"}
    assert moved(model) == {"codec", "translator"}

    choose_trainable(model, recipe.stage[1])
    model.zero_grad()
    losses, terms = take_steps(decoding, model, rooms, rate=1e-3)
    assert losses[1] < losses[0]
    assert set(terms) == {"loss", *model.config.modalities}
    assert moved(model) == {"codec"}

    choose_trainable(model, recipe.stage[2])
    model.zero_grad()
    losses, terms = take_steps(flow, model, rooms, rate=1e-3)
    assert losses[1] < losses[0]
    assert set(terms) == {"loss", "nll", "guess", "translation"}
    assert moved(model) == {"flow", "translator", "guesses"}

    with torch.inference_mode():
        measured = flow.evaluate(model.eval(), rooms, CPU)
    assert set(measured) == METRICS | OF_TARGET.get(target, set())
    for measurement in measured.values():
        assert measurement.values.shape == (3,)
        assert np.isfinite(measurement.values).all()


def test_the_recipes_parameters_are_there():
    recipe = load_recipe(RECIPES[0])
    model = make_model(recipe.model.kind, recipe.model.config)
    for stage, others in zip(
        recipe.stage, ({"codec"}, {"codec"}, {"flow", "guesses"}), strict=True
    ):
        choose_trainable(model, stage)
        names = {
            k.split(".")[0] for k, w in model.named_parameters() if w.requires_grad
        }
        writes = "decoder" not in "".join(stage.trainable)
        assert names == others | ({"translator"} if writes else set())


def test_metrics_are_those_of_the_image(rooms, monkeypatch):
    model = tiny(("rgb", "edge"), "depth").eval()
    task = make_task("mango-translation")
    truth = task.prepare(model, rooms).images["depth"]
    monkeypatch.setattr(model, "translate", lambda z: truth)
    with torch.inference_mode():
        measured = task.evaluate(model, rooms, CPU)
    assert (measured["mae"].values == 0).all()
    np.testing.assert_allclose(measured["ssim"].values, 1, rtol=1e-6)
    assert np.isinf(measured["psnr"].values).all()

    monkeypatch.setattr(model, "translate", lambda z: truth + 0.1)
    with torch.inference_mode():
        measured = task.evaluate(model, rooms, CPU)
    assert truth.max() < 0.9  # so that nothing is clipped
    np.testing.assert_allclose(measured["mae"].values, 0.1, rtol=1e-5)
    np.testing.assert_allclose(measured["mse"].values, 0.01, rtol=1e-5)
    np.testing.assert_allclose(measured["psnr"].values, 10 * np.log10(400), rtol=1e-5)
    np.testing.assert_allclose(measured["depth_mae_m"].values, 0.5, rtol=1e-5)
    shown = [(image[:, 0].double().numpy() + 1) / 2 for image in (truth + 0.1, truth)]
    expected = [
        structural_similarity(
            *pair,
            gaussian_weights=True,
            use_sample_covariance=False,
            data_range=1.0,
        )
        for pair in zip(*shown, strict=True)
    ]
    np.testing.assert_allclose(measured["ssim"].values, expected, rtol=1e-5)


def test_normals_are_measured_at_length_one(rooms, monkeypatch):
    model = tiny(("rgb", "shade"), "normal").eval()
    task = make_task("mango-translation")
    truth = task.prepare(model, rooms).images["normal"]
    turned = torch.stack([-truth[:, 1], truth[:, 0], truth[:, 2]], dim=1)
    monkeypatch.setattr(model, "translate", lambda z: 0.3 * turned)
    with torch.inference_mode():
        measured = task.evaluate(model, rooms, CPU)
    cosine = (turned * truth).sum(dim=1).clamp(-1, 1)
    expected = cosine.acos().rad2deg().mean(dim=(1, 2))
    np.testing.assert_allclose(
        measured["normal_angle_deg"].values, expected.numpy(), rtol=1e-3
    )
    expected = (turned - truth).abs().mean(dim=(1, 2, 3))
    np.testing.assert_allclose(measured["mae"].values, expected, rtol=1e-3)


def test_pixels_without_a_truth_cost_nothing_and_do_not_count(rooms):
    depth_m = rooms[0].depth_m.copy()
    depth_m[:12] = np.nan
    model = tiny(("rgb", "edge"), "depth")
    task = make_task("mango-translation")
    batch = task.prepare(model, [replace(rooms[0], depth_m=depth_m)])
    x = model.encode(batch.images).detach()
    found = model.translate(x)
    found.retain_grad()
    model.translate = lambda tokens: found
    translation_loss(model, x, batch.images).backward()
    unknown = ~batch.images.valid["depth"]
    assert 0 < unknown.sum() < unknown.numel()
    assert (found.grad[unknown] == 0).all()
    assert (found.grad[~unknown] != 0).any()
    wrong = torch.where(unknown, 1.0, batch.images["depth"])
    model.translate = lambda tokens: wrong
    with torch.inference_mode():
        measured = task.evaluate(
            model.eval(), [replace(rooms[0], depth_m=depth_m)], CPU
        )
    assert measured["mae"].values == measured["mse"].values == 0


def test_the_loss_is_the_error_of_pixels_and_steps_and_of_angles(rooms):
    model = tiny(("rgb", "shade"), "normal")
    batch = make_task("mango-translation").prepare(model, rooms)
    x = model.encode(batch.images)
    found, wanted = model.translate(x), batch.images["normal"]
    angle = 1 - (found * wanted).sum(dim=1) / found.norm(dim=1)
    expected = absolute_error(found, wanted, 0.5) + 2 * angle.mean()
    loss = translation_loss(model, x, batch.images, edges=0.5, directions=2)
    torch.testing.assert_close(loss, expected)


def test_light_is_left_as_it_is(rooms):
    plain = replace(rooms[0], rgb=np.full((24, 24, 3), 100, np.uint8))
    model = tiny(("rgb", "normal"), "shade")
    task = make_task("mango-translation", {"augment": True})
    random = np.random.default_rng(0)
    before = task.prepare(model, [plain]).images
    shades = set()
    for _ in range(4):
        images = task.prepare(model, [plain], random).images
        torch.testing.assert_close(images["rgb"], before["rgb"])
        shades.add(images["shade"].mean().item())
    assert len(shades) == 4


def test_what_cannot_be_translated_is_said(rooms):
    task = make_task("mango-translation")
    plain = tiny(("rgb", "shade"))
    batch = task.prepare(plain, rooms)
    with pytest.raises(InputError, match="needs a model with a target"):
        task.loss(plain, batch, torch.Generator())
    with pytest.raises(InputError, match="needs a model with a target"):
        make_task("mango-codec", {"translation": 1.0}).loss(
            plain, batch, torch.Generator()
        )
    with pytest.raises(InputError, match="needs a model with a target"):
        task.evaluate(plain, rooms, CPU)
    photograph = RGBDSample(rgb=rooms[0].rgb, depth_m=rooms[0].depth_m)
    for sources, target in ((("rgb", "depth"), "normal"), (("edge", "shade"), "rgb")):
        with pytest.raises(InputError, match=f"into {target}, .* some without"):
            task.evaluate(tiny(sources, target), [photograph], CPU)
    with pytest.raises(InputError, match="there are some without edge$"):
        task.evaluate(tiny(("rgb", "edge"), "depth"), [photograph], CPU)


def test_samples_without_the_target_train_the_density_alone(rooms):
    photograph = RGBDSample(rgb=rooms[0].rgb, depth_m=rooms[0].depth_m)
    model = tiny(("rgb", "depth"), "normal")
    _, terms = take_steps(make_task("mango-translation"), model, [photograph], 1)
    assert terms["translation"] == 0
    torch.testing.assert_close(terms["loss"], terms["nll"] + terms["guess"])


def test_a_run_ends_in_a_checkpoint_that_says_what_it_translates(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path / "out"))
    recipe = load_recipe("mango-rooms-translation-rgb-shade-to-normal")
    ends = {name: recipe.model.config[name] for name in ("modalities", "target")}
    recipe = replace(
        recipe,
        name="tiny",
        model=replace(recipe.model, config={**asdict(TINY_MANGO), **ends}),
        stage=tuple(replace(stage, steps=2, batch=2) for stage in recipe.stage),
    )
    for setting in (
        "model.start=''",
        "data.options.size=16",
        "data.train.count=4",
        "data.validation.count=2",
        "data.test.count=3",
        "evaluation.every=0",
        "evaluation.resamples=10",
    ):
        recipe = recipe.override(setting)
    assert train(recipe, tmp_path / "run", device="cpu", export=tmp_path / "out")

    model = load_checkpoint("tiny", "cpu")
    assert model.config.modalities == ("rgb", "shade")
    assert model.config.target == "normal"
    assert model.card.task == "mango-translation"
    assert model.card.class_names == ()
    codec = {"codec_rgb_psnr", "codec_shade_psnr"}
    footprint = {
        "forward_ms",
        "inverse_ms",
        "peak_memory_mib",
        "inverse_error_float64",
    }
    assert set(model.card.metrics) == METRICS | {"normal_angle_deg"} | codec | footprint

    result = evaluate_checkpoint("tiny", "rooms", device="cpu", resamples=10)
    assert result["samples"] == 3
    assert result["metrics"]["mae"]["value"] == pytest.approx(
        model.card.metrics["mae"].value, rel=1e-4
    )
    with pytest.raises(InputError, match="tiny translates rgb and shade into normal"):
        evaluate_checkpoint("tiny", "rooms", missing="fixed", device="cpu")


def test_colours_are_measured_by_their_luminance_too(rooms, monkeypatch):
    model = tiny(("depth", "normal"), "rgb").eval()
    task = make_task("mango-translation")
    truth = task.prepare(model, rooms).images["rgb"]
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    # Of the same luminance and other colours: blue for red.
    other = truth + 0.05 * torch.tensor([1.0, 0, -0.299 / 0.114]).view(1, 3, 1, 1)
    dimmed = 0.6 * truth - 0.2
    torch.testing.assert_close((other * weights).sum(1), (truth * weights).sum(1))
    model.translate = lambda z: 0.5 * other
    with torch.inference_mode():
        measured = task.evaluate(model, rooms, CPU)
    half = [
        (((image * weights).sum(1) + 1) / 2).double().numpy()
        for image in (0.5 * other, truth)
    ]
    expected = [
        structural_similarity(
            *pair, gaussian_weights=True, use_sample_covariance=False, data_range=1.0
        )
        for pair in zip(*half, strict=True)
    ]
    np.testing.assert_allclose(measured["luminance_ssim"].values, expected, rtol=1e-4)
    assert (measured["luminance_ssim"].values > measured["ssim"].values).all()

    batch = task.prepare(model, rooms).images
    for found, least, most in ((truth, 0, 1e-4), (dimmed, 0.02, 1)):
        model.translate = lambda z, found=found: found
        plain = translation_loss(model, truth, batch)
        structured = translation_loss(model, truth, batch, structure=2.0)
        assert least <= structured - plain <= most
