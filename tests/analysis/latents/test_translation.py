"""What a MANGO translates, beside the truth, from both sources and from each alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.latents.translation import measure_translation
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from tests.helpers.tiny_models import SIDE, tiny_mango, tiny_translator

ROOM = render_room(5, (SIDE, SIDE))


def picture_of(room):
    """A photograph of the room: edges and normals are not known of it."""
    return RGBDSample(rgb=room.rgb, depth_m=room.depth_m)


def test_from_both_it_is_what_the_model_writes():
    model = tiny_translator()
    found = measure_translation(MangoSubject(model, ROOM))
    assert list(found.made) == ["both", "rgb", "edge"]
    with torch.inference_mode():
        z, _ = model.flow(model.encode(ROOM))
        metres = (model.translate(z)[0, 0].clamp(-1, 1) + 1) * 5
    np.testing.assert_allclose(found.best.picture, metres.numpy(), rtol=1e-5)
    off = abs(metres.numpy() - ROOM.depth_m)
    np.testing.assert_allclose(found.best.off, off, atol=1e-5)
    assert found.best.mean_off == pytest.approx(off.mean(), rel=1e-4)
    assert found.best.errors["depth_mae_m"] == pytest.approx(off.mean(), rel=1e-4)


def test_from_one_alone_it_is_what_is_made_of_a_sample_without_the_other():
    model = tiny_translator()
    found = measure_translation(MangoSubject(model, ROOM))
    alone = measure_translation(MangoSubject(model, picture_of(ROOM)))
    assert list(alone.made) == ["rgb"]
    assert (found.given, alone.given) == (("rgb", "edge"), ("rgb",))
    assert set(found.read) == set(alone.read) == {"rgb", "edge"}
    np.testing.assert_allclose(
        alone.best.picture, found.made["rgb"].picture, rtol=1e-5, atol=1e-6
    )
    assert not np.allclose(found.best.picture, found.made["edge"].picture)


def test_what_is_not_given_is_shown_as_it_is_guessed():
    model = tiny_translator()
    found = measure_translation(MangoSubject(model, picture_of(ROOM)))
    with torch.inference_mode():
        guess = model.decode(model.encode(picture_of(ROOM)))["edge"][0, 0]
    grey = ((guess.clamp(-1, 1) + 1) * 127.5).round().numpy()
    np.testing.assert_array_equal(found.read["edge"][..., 0], grey)
    np.testing.assert_array_equal(found.read["rgb"], ROOM.rgb)


def test_what_was_not_measured_is_not_off():
    holed = ROOM.depth_m.copy()
    holed[: SIDE // 2] = np.nan
    room = replace(ROOM, depth_m=holed)
    found = measure_translation(MangoSubject(tiny_translator(), room))
    off = found.best.off
    assert np.isnan(off[: SIDE // 2]).all()
    assert np.isfinite(off[SIDE // 2 :]).all()
    assert np.isnan(found.truth[: SIDE // 2]).all()
    assert found.best.mean_off == pytest.approx(off[SIDE // 2 :].mean())


def test_normals_are_off_by_an_angle():
    model = tiny_translator(("rgb", "shade"), "normal")
    found = measure_translation(MangoSubject(model, ROOM))
    assert found.best.mean_off == pytest.approx(
        found.best.errors["normal_angle_deg"], rel=1e-3
    )
    assert found.truth.shape == (SIDE, SIDE, 3)


def test_without_a_truth_nothing_is_off():
    model = tiny_translator(("depth", "normal"), "rgb")
    depth_alone = RGBDSample(rgb=None, depth_m=ROOM.depth_m)
    found = measure_translation(MangoSubject(model, depth_alone))
    assert found.truth is None
    assert found.best.off is None
    assert found.best.mean_off is None
    assert found.best.errors == {}


def test_what_cannot_be_translated_is_refused():
    model = tiny_translator(("edge", "normal"), "depth")
    with pytest.raises(
        InputError, match="from edge and normal, and the sample has neither"
    ):
        measure_translation(MangoSubject(model, picture_of(ROOM)))
    with pytest.raises(InputError, match="names classes"):
        measure_translation(MangoSubject(tiny_mango(), ROOM))
