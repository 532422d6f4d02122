"""Squares of images as principal components: against scikit-learn, and in a MANGO."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from fusionviz.data.rooms import render_room
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint, save_checkpoint
from fusionviz.models.mango import Mango
from fusionviz.models.mango.squares import SquareCode
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.shared.rgbd import labelled_batch
from tests.helpers.tiny_models import TINIEST_MANGO

SIDE, COUNT = 4, 6
WITH_SQUARES = replace(
    TINIEST_MANGO,
    image_size=16,
    grid=4,
    width=8,
    codec_widths=(8, 8),
    square_channels=(6, 2),
)


def room_images(count=12):
    images = [np.asarray(render_room(seed, (32, 32)).rgb) for seed in range(count)]
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).double()
    return pixels / 127.5 - 1


def squares_of(images):
    """Return squares as rows, by loops over the image."""
    _, _, height, width = images.shape
    return np.stack(
        [
            image[:, top : top + SIDE, left : left + SIDE].numpy().ravel()
            for image in images
            for top in range(0, height, SIDE)
            for left in range(0, width, SIDE)
        ]
    )


@pytest.fixture(scope="module")
def code():
    made = SquareCode(SIDE, 3, COUNT).double()
    made.fit(room_images())
    return made


def test_components_are_those_of_scikit_learn(code):
    images = room_images()
    oracle = PCA(COUNT, svd_solver="full").fit(squares_of(images))
    found = code.encode(images).permute(0, 2, 3, 1).reshape(-1, COUNT).numpy()
    wanted = oracle.transform(squares_of(images))
    signs = np.sign((found * wanted).sum(0))
    np.testing.assert_allclose(found, wanted * signs, atol=1e-9)
    np.testing.assert_allclose(code.axes @ code.axes.T, np.eye(COUNT), atol=1e-12)
    back = code.decode(code.encode(images))
    np.testing.assert_allclose(
        squares_of(back), oracle.inverse_transform(wanted), atol=1e-9
    )


def test_what_is_lost_is_what_was_left_out(code):
    images = room_images()
    back = code.decode(code.encode(images))
    variances = np.linalg.eigvalsh(np.cov(squares_of(images).T, bias=True))
    lost = float((back - images).square().sum()) / len(squares_of(images))
    assert lost == pytest.approx(variances[:-COUNT].sum(), rel=1e-9)


def test_the_largest_weight_of_each_component_is_positive(code):
    for axis in code.axes:
        assert axis[axis.abs().argmax()] > 0


def test_all_components_bring_the_image_back():
    images = room_images(40)
    code = SquareCode(SIDE, 3, 3 * SIDE**2).double()
    code.fit(images)
    torch.testing.assert_close(code.decode(code.encode(images)), images)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Mango(WITH_SQUARES).eval()


@pytest.fixture(scope="module")
def samples():
    return [render_room(seed, (16, 16)) for seed in range(24)]


def train_nothing(model, samples):
    """Let the codec's training find what depends on data, and go no step."""
    batch = labelled_batch(samples, model.config.image_size)
    make_task("mango-codec", {}).initialise(model, batch)
    return batch.images


@torch.inference_mode()
def test_an_untrained_codec_decodes_what_the_squares_say(model, samples):
    images = train_nothing(model, samples)
    for name, count in (("rgb", 6), ("depth", 2)):
        squares = model.codec[name].squares
        tokens = model.encode_one(images, name)
        assert tokens.shape == (24, 16, 8)
        code = squares.encode(images[name])
        torch.testing.assert_close(tokens[..., :count], code.flatten(2).mT)
        decoded = model.codec[name].decode(tokens)
        torch.testing.assert_close(decoded, squares.decode(code))


@torch.inference_mode()
def test_unit_scale_changes_nothing_of_the_image(model, samples):
    images = train_nothing(model, samples)
    before = model.decode(model.encode(images))
    model.normalise_codec(images)
    x = model.encode(images)
    assert x.std() == pytest.approx(1, abs=0.05)
    for name, image in model.decode(x).items():
        torch.testing.assert_close(image, before[name], atol=1e-4, rtol=1e-4)


def test_components_that_were_found_stay(model, samples):
    train_nothing(model, samples)
    found = model.codec["rgb"].squares.axes.clone()
    train_nothing(model, samples[:4])
    assert torch.equal(model.codec["rgb"].squares.axes, found)


def test_a_checkpoint_has_them(model, samples, tmp_path):
    train_nothing(model, samples)
    card = ModelCard(name="squares", task="mango-codec")
    save_checkpoint(model, card, tmp_path)
    again = load_checkpoint(tmp_path / "squares.json", device="cpu")
    assert again.config.square_channels == (6, 2)
    for name in ("rgb", "depth"):
        axes = again.codec[name].squares.axes
        torch.testing.assert_close(
            axes, model.codec[name].squares.axes, atol=1e-3, rtol=0
        )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"square_channels": (4,)}, "one a modality"),
        ({"square_channels": (8, 2)}, "rgb lie between 1 and 7"),
        ({"square_channels": (4, 0)}, "depth lie between 1 and 7"),
        ({"codec": "pixels", "width": 48}, "without square_channels"),
    ],
)
def test_what_cannot_be_is_said(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(WITH_SQUARES, **changes)
