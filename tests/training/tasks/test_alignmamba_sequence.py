"""The task on sequences: its loss, what it measures, and its recipes in small."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.correspondence import alignment_score
from fusionviz.data.sets.mosi import load_mosi
from fusionviz.data.sets.units import units_of
from fusionviz.data.utterances.generator import WIDTHS, load_sentiment
from fusionviz.errors import InputError
from fusionviz.models import factory
from fusionviz.models.alignmamba import ModalityConfig, sequence_inputs
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.ablation import load_ablation
from fusionviz.training.evaluation import evaluate_checkpoint
from fusionviz.training.metrics.intervals import estimate
from fusionviz.training.recipes import load_recipe
from fusionviz.training.tasks import make_task
from fusionviz.training.train import train
from tests.helpers.alignmamba_models import make_model, sentiment_config
from tests.helpers.few_steps import take_steps
from tests.helpers.files.mosi_folder import VOCABULARY, make_mosi_folder
from tests.helpers.files.nyu_folder import make_nyu_folder
from tests.helpers.files.opinion_folder import make_opinion_folder

CPU = torch.device("cpu")
RATES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]


def modalities(widths, kind="conv1d"):
    return tuple(
        ModalityConfig(name=name, kind=kind, width=width, positions="fraction")
        for name, width in widths.items()
    )


def sentiment_model(**changes):
    changes = {"modalities": modalities(WIDTHS), "outputs": 1, **changes}
    return make_model(replace(sentiment_config(), **changes))


def mosi_model(**changes):
    widths = {"video": 100, "audio": 73, "text": 100}
    settings = {"modalities": modalities(widths, "linear"), "outputs": 1}
    settings |= {"per_step": True, **changes}
    return make_model(replace(sentiment_config(), **settings))


@pytest.fixture(scope="module")
def said():
    return load_sentiment("test", count=24)


@pytest.fixture
def videos(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(make_mosi_folder(tmp_path)))
    return load_mosi("train")


def test_a_few_steps_lower_the_loss(said):
    model = sentiment_model(plan_gradient=True)
    losses, terms = take_steps(
        make_task("alignmamba-sequence"), model, said[:6], steps=6
    )
    assert losses[-1] < losses[0]
    assert set(terms) == {"loss", "error", "align"}


def test_the_loss_is_made_of_what_it_says(said, videos):
    task = make_task("alignmamba-sequence", {"sign": 0.5, "distance": "squared"})
    model = mosi_model(align_weight=0.7)
    batch = task.prepare(model, videos)
    terms = task.loss(model, batch, torch.Generator())
    whole = terms["error"] + 0.5 * terms["sign"] + 0.7 * terms["align"]
    torch.testing.assert_close(terms["loss"], whole)
    output = model(sequence_inputs(videos, model.config))
    rows = [
        (output.logits[index, 0, step].item(), target, label)
        for index, video in enumerate(videos)
        for step, (target, label) in enumerate(
            zip(video.target, video.label, strict=True)
        )
    ]
    number, target, label = np.array(rows).T
    known = ~np.isnan(target)
    assert not known.all()
    error = ((number - target)[known] ** 2).mean()
    assert terms["error"].item() == pytest.approx(error, rel=1e-4)
    sign = np.log1p(np.exp(-(2 * label - 1) * number)).mean()
    assert terms["sign"].item() == pytest.approx(sign, rel=1e-4)


def test_classes_are_learned_too(said, videos):
    task = make_task("alignmamba-sequence", {"smoothing": 0.1})
    model = mosi_model(head="classification", outputs=2)
    losses, terms = take_steps(task, model, videos[:3], steps=6)
    assert losses[-1] < losses[0]
    assert set(terms) == {"loss", "class", "align"}
    measured = task.evaluate(model, videos, CPU)
    assert "mae" not in measured
    assert {"accuracy", "f1", "accuracy_nonzero"} <= set(measured)


def test_steps_that_go_are_neither_read_nor_counted(videos):
    model = mosi_model()
    task = make_task("alignmamba-sequence", {"token_dropout": 0.6})
    batch = task.prepare(model, videos[:2])
    thinned = task.loss(model, batch, torch.Generator().manual_seed(1))
    whole = make_task("alignmamba-sequence").loss(model, batch, torch.Generator())
    assert thinned["error"] != whole["error"]
    assert thinned["loss"].isfinite()


def test_missing_modalities_reach_the_model(said):
    task = make_task("alignmamba-sequence", {"missing": 0.99})
    model = sentiment_model()
    terms = task.loss(model, task.prepare(model, said[:8]), torch.Generator())
    assert terms["align"] < 1e-6  # hardly any sample keeps the anchor and a source


def test_measuring_draws_speakers_and_knows_the_truth(said):
    task, model = make_task("alignmamba-sequence", {"distances": 6}), sentiment_model()
    samples = [*said[:22], said[22].only(("video", "audio")), said[23].only(("text",))]
    with torch.inference_mode():
        measured = task.evaluate(model, samples, CPU)
    figures = {name: item.statistic(item.values) for name, item in measured.items()}
    assert all(np.isfinite(list(figures.values())))
    assert measured["accuracy"].values.shape == (24, 1, 4)
    units = units_of(samples)
    for name in ("accuracy", "align_loss", "alignment_score_video"):
        assert estimate(measured[name], units=units, resamples=5).n == 2  # speakers
    assert set(figures) == {
        *("accuracy", "f1", "weighted_f1", "accuracy_nonzero", "weighted_f1_nonzero"),
        *("mae", "correlation", "accuracy_7", "align_loss"),
        *("alignment_score", "alignment_score_audio", "alignment_score_video"),
    }
    plans = model.trace(sequence_inputs(samples[:1], model.config)).plans
    score = alignment_score(plans["video"][0], samples[0].alignment["video"])
    found = measured["alignment_score_video"].values
    assert found[0] == pytest.approx(score)
    assert np.isnan(found[22:]).all()  # where video or text is missing


def test_distances_are_measured_where_nothing_is_missing(said):
    task, model = make_task("alignmamba-sequence", {"distances": 5}), sentiment_model()
    measured = task.evaluate(model, said[:8], CPU)
    names = [f"a_distance_{s}_{w}" for s in WIDTHS for w in ("before", "after")]
    found = {name for name in measured if name.startswith("a_distance")}
    assert found == {name for name in names if "text" not in name}
    for name in found:
        mistakes = measured[name].values
        assert mistakes.shape == (5, 2, 2)
        words = [len(one.words) for one in said[:5]]
        assert mistakes[:, 1, 1].tolist() == words
        assert 0 <= measured[name].statistic(mistakes) <= 2
    frames = [len(one.modalities["video"]) for one in said[:5]]
    before, after = (
        measured[f"a_distance_video_{when}"].values for when in ("before", "after")
    )
    assert before[:, 0, 1].tolist() == frames
    assert (after[:, 0, 1] <= words).all()
    none = make_task("alignmamba-sequence", {"distances": 0})
    assert not any(n.startswith("a_") for n in none.evaluate(model, said[:3], CPU))


def test_what_does_not_fit_is_refused(said, videos):
    task = make_task("alignmamba-sequence")
    with pytest.raises(InputError, match="something of each step, the targets do not"):
        task.prepare(mosi_model(), said[:2])
    with pytest.raises(InputError, match="something of the whole sample"):
        task.prepare(sentiment_model(), videos)
    textless = replace(sentiment_model().config, modalities=modalities({"text": 40}))
    with pytest.raises(InputError, match="utterance 0 has video, and the model reads"):
        task.prepare(make_model(textless), [said[0].only(("video",))])
    for options in ({"missing": 1.0}, {"whole": 2}, {"distance": "far"}, {"sign": -1}):
        with pytest.raises(InputError, match="cannot be made with"):
            make_task("alignmamba-sequence", options)


TINY = (
    "model.start=''",
    "model.config.d_model=8",
    "model.config.d_state=2",
    "evaluation.every=2",
    "evaluation.resamples=10",
    "stage.1.steps=2",
    "stage.1.batch=4",
    "stage.1.warmup=0",
)
OF_SET = {
    "sentiment": (
        *("data.train.count=8", "data.validation.count=3", "data.test.count=6"),
        "stage.1.options.distances=4",
    ),
    "mosi": ("stage.1.options.distances=4",),
    "nyudv2": (
        *("model.config.image_size=16", "model.config.grid=4"),
        *("model.config.stem_widths=[8, 8]", "model.config.head_width=16"),
        *("data.train.rooms=2", "stage.1.options.distances=4"),
    ),
}
METRICS = {
    "sentiment": {"mae", "alignment_score", "a_distance_video_after"},
    "mosi": {"accuracy", "accuracy_nonzero", "a_distance_audio_after"},
    "nyudv2": {"miou", "align_loss", "a_distance_depth_before"},
}


def make_tiny(name):
    recipe = load_recipe(name)
    settings = (*TINY, *OF_SET[recipe.data.set])
    if name.endswith("words"):
        width = len(VOCABULARY)
        text = f"{{name='text', kind='linear', width={width}}}"
        audio = "{name='audio', kind='linear', width=73}"
        settings = (*settings, f"model.config.modalities=[{audio}, {text}]")
    elif name == "alignmamba-mosi-features":  # a fold of so few videos validates on one
        settings = (*settings, "data.options={}")
    elif name == "alignmamba-mosi":
        settings = (*settings, "stage.2.steps=2", "stage.2.batch=4")
    for setting in settings:
        recipe = recipe.override(setting)
    return recipe


@pytest.mark.parametrize(
    "name",
    [
        "alignmamba-sentiment",
        "alignmamba-mosi",
        "alignmamba-mosi-features",
        "alignmamba-mosi-words",
    ],
)
def test_a_recipe_trains_and_is_measured(name, tmp_path, monkeypatch):
    make_mosi_folder(tmp_path / "data")
    make_nyu_folder(tmp_path / "data")
    make_opinion_folder(tmp_path / "data")
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    recipe = make_tiny(name)
    assert train(recipe, tmp_path / "run", device="cpu")
    path = tmp_path / "run" / f"{name}.json"
    card = load_checkpoint(path, "cpu").card
    assert set(card.metrics) >= METRICS[recipe.data.set]
    assert bool(card.class_names) == (recipe.data.set == "nyudv2")
    logged = (tmp_path / "run" / "log.csv").read_text()
    if recipe.data.set != "nyudv2":  # of which one image is for validation here
        assert "validation/a_distance_" in logged
    json.dumps(card.recipe)
    if name == "alignmamba-mosi-words":
        return  # evaluation is that of alignmamba-mosi-features

    result = evaluate_checkpoint(str(path), missing="fixed", device="cpu", resamples=9)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["data"] == recipe.data.set
    names = {tuple(part["present"]) for part in result["by_missing"]}
    assert len(names) == 2 ** len(recipe.model.config["modalities"]) - 1
    if recipe.data.set == "sentiment":
        _check_random_missing(path)


def _check_random_missing(path):
    result = evaluate_checkpoint(str(path), missing="random", device="cpu", resamples=9)
    assert [part["rate"] for part in result["by_missing"]] == RATES
    assert result["missing_draws"] == 200 // 6
    parts = [result["metrics"], *(part["metrics"] for part in result["by_missing"])]
    errors = [part["mae"]["value"] for part in parts]
    summary = result["over_rates"]
    assert summary["mean"]["mae"]["value"] == pytest.approx(np.mean(errors))
    assert summary["drop"]["mae"]["value"] == pytest.approx(errors[0] - errors[-1])
    mean = summary["mean"]["mae"]
    assert mean["low"] <= mean["value"] <= mean["high"]
    assert "a_distance_video_after" not in summary["mean"]


def test_lambdas_differ_in_nothing_else():
    default = load_recipe("alignmamba-sentiment")
    weight = default.model.config["align_weight"]
    for name, factor in (("lambda0", 0), ("lambda10", 10)):
        other = load_recipe(f"alignmamba-sentiment-{name}")
        config = {**other.model.config, "align_weight": weight}
        assert other.model.config["align_weight"] == factor * weight
        assert config == default.model.config
        assert (other.data, other.stage) == (default.data, default.stage)
        assert other.seed == default.seed


@pytest.mark.parametrize(
    ("name", "limit_mib"),
    [
        ("alignmamba-sentiment", 2),
        ("alignmamba-mosi", 2),
        ("alignmamba-mosi-features", 2),
        ("alignmamba-mosi-words", 2),
        ("alignmamba-nyu", 6),
    ],
)
def test_the_weights_are_small(name, limit_mib):
    recipe = load_recipe(name)
    model = factory.make_model(recipe.model.kind, recipe.model.config)
    size = sum(item.numel() * 4 for item in model.state_dict().values())
    assert size < 0.95 * limit_mib * 2**20
    for stage in recipe.stage:
        make_task(stage.task, stage.options)


@pytest.mark.parametrize("name", ["alignmamba", "alignmamba-mosi", "alignmamba-nyu"])
def test_every_variant_of_the_ablations_can_be_made(name):
    ablation = load_ablation(name)
    sizes = []
    for variant in ablation.variant:
        recipe = ablation.shared()
        for setting in variant.set:
            recipe = recipe.override(setting)
        model = factory.make_model(recipe.model.kind, recipe.model.config)
        sizes.append(sum(item.numel() for item in model.parameters()))
    if name == "alignmamba":
        assert len(set(sizes)) == 1
    assert len({variant.name for variant in ablation.variant}) == len(sizes)


def test_the_real_videos_can_be_learned_from():
    if not (data_folder() / "cmu_mosi").is_dir():
        pytest.skip("CMU-MOSI is not here (FUSIONVIZ_DATA names its folder)")
    samples = load_mosi("validation", text="words")[:3]
    model = mosi_model(modalities=modalities({"audio": 73, "text": 3107}, "linear"))
    task = make_task("alignmamba-sequence", {"sign": 1.0, "distances": 3})
    losses, _ = take_steps(task, model, samples, steps=3)
    assert losses[-1] < losses[0]
    measured = task.evaluate(model, samples, CPU)
    assert measured["accuracy"].values.shape[0] == 3
    assert "a_distance_audio_after" in measured
