"""Readers of sets of photographs, on small files in the authors' own layouts."""

import shutil

import numpy as np
import pytest

from fusionviz.data.sets.nyu_classes import NAMES_13, NAMES_37, NAMES_40, to_classes
from fusionviz.data.sets.nyu_mat import load_nyu_mat
from fusionviz.data.sets.registry import class_names, load_set
from fusionviz.data.sets.sun_rgbd import load_sun_rgbd
from fusionviz.data.sets.taskonomy import load_taskonomy
from fusionviz.data.sets.thermal import load_mfnet, load_pst900
from fusionviz.errors import InputError
from tests.helpers.files.photograph_sets import (
    NORMAL,
    SHADE,
    SIZE,
    TEXTURE,
    make_mfnet,
    make_nyu_mat,
    make_pst900,
    make_sun_rgbd,
    make_taskonomy,
    picture,
    write_png,
)


def test_mfnet_has_thermal_where_depth_stands(tmp_path):
    folder = make_mfnet(tmp_path)
    (sample,) = load_mfnet("test", folder=folder)
    bgrt = picture(2, 4)
    np.testing.assert_array_equal(sample.rgb, bgrt[..., [2, 1, 0]])
    np.testing.assert_array_equal(sample.depth_m, bgrt[..., 3])
    assert not sample.depth_is_metric
    assert sample.label[0, 0] == -1
    assert (sample.label[1:] == 2).all()
    assert "thermal" in sample.notes[0]
    assert [len(load_mfnet(split, folder=folder)) for split in ("train", "validation")]


def test_pst900_keeps_a_tenth_for_validation(tmp_path):
    folder = make_pst900(tmp_path)
    train, held, test = (
        load_pst900(split, folder=folder) for split in ("train", "validation", "test")
    )
    assert (len(train), len(held), len(test)) == (10, 1, 2)
    assert not set(train.places) & set(held.places)
    np.testing.assert_array_equal(test[1].depth_m, picture(1, 1)[..., 0])
    assert (test[0].label == 4).all()


@pytest.mark.parametrize("later", [False, True])
def test_taskonomys_depth_is_metres_of_512(tmp_path, later):
    folder = make_taskonomy(tmp_path, later)
    samples = load_taskonomy("validation", folder=folder)
    assert len(samples) == 2
    assert {one.group for one in samples} == {"beechwood"}
    assert np.isnan(samples[0].depth_m[0, 0])
    assert (samples[0].depth_m[1:] == 2.5).all()
    np.testing.assert_array_equal(samples[1].rgb, picture(1)[..., ::-1])


@pytest.mark.parametrize("later", [False, True])
def test_taskonomys_other_domains_are_read_where_they_are(tmp_path, later):
    folder = make_taskonomy(tmp_path, later)
    one = load_taskonomy("test", folder=folder)[0]
    red, green, blue = (2 * one / 255 - 1 for one in NORMAL)
    length = np.sqrt(red**2 + green**2 + blue**2)
    expected = np.array([red, green, blue]) / length
    np.testing.assert_allclose(one.normal[2, 3], expected, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(one.normal, axis=-1), 1, rtol=1e-6)
    np.testing.assert_allclose(one.shade, SHADE / 255, rtol=1e-6)
    np.testing.assert_allclose(one.edge, 1.0)
    np.testing.assert_allclose(one.texture, TEXTURE / 65535, rtol=1e-6)
    for path in folder.rglob("*_domain_normal.png"):
        path.unlink()
    without = load_taskonomy("test", folder=folder)[0]
    assert without.normal is None
    assert without.shade is not None


def test_a_normal_without_length_looks_along_the_axis(tmp_path):
    folder = make_taskonomy(tmp_path)
    for path in folder.rglob("*_domain_normal.png"):
        write_png(path, np.full((*SIZE, 3), 128, np.uint8))
    normal = load_taskonomy("test", folder=folder)[0].normal
    assert (normal == [0, 0, 1]).all()


def test_nyu_is_read_from_its_authors_file(tmp_path):
    folder, images = make_nyu_mat(tmp_path)
    test = load_nyu_mat("test", folder=folder, classes=40)
    assert [one.group for one in test] == ["hall", "hall"]
    np.testing.assert_array_equal(test[0].rgb, images[3])
    assert (test[0].depth_m == 3.5).all()
    assert test[0].label[1, 2] == NAMES_40.index("books")
    assert (test[0].label == -1).sum() == test[0].label.size - 1
    train = load_nyu_mat("train", folder=folder)
    assert [one.group for one in train] == ["bath", "bath", "den", "loft"]
    assert np.isnan(train[0].depth_m[1, 0])
    assert train[0].label[1, 2] == NAMES_13.index("books")


def test_a_room_of_nyu_is_in_training_or_in_validation(tmp_path):
    rooms = [f"room{row // 2}" for row in range(24)] + ["hall"]
    folder, _ = make_nyu_mat(tmp_path, rooms)
    train, held = (load_nyu_mat(s, folder=folder) for s in ("train", "validation"))
    assert (len(train), len(held)) == (22, 2)
    assert not {one.group for one in train} & {one.group for one in held}


def test_sun_rgbd_turns_the_bits_of_depth_back(tmp_path):
    folder, scenes = make_sun_rgbd(tmp_path)
    test = load_sun_rgbd("test", folder=folder, classes=37)
    assert test.places == scenes[10:]
    depth = test[0].depth_m
    assert np.isnan(depth[0, 0])
    assert depth[0, 1] == 8
    np.testing.assert_allclose(depth[1:], 1.010, rtol=1e-6)
    assert (test[0].label[1:] == 10).all()
    assert test[0].label[0, 1] == -1
    assert [one.group for one in test][2:] == ["xtion/sun3ddata/hotel"] * 2
    assert len(set(one.group for one in test)) == 3
    raw = load_sun_rgbd("test", folder=folder, filled=False)
    assert np.isnan(raw[0].depth_m).all()
    train, held = (load_sun_rgbd(s, folder=folder) for s in ("train", "validation"))
    assert (len(train), len(held)) == (9, 1)
    assert train[0].label[1, 0] == NAMES_13.index("wall")
    assert NAMES_37[10] == "picture"


def test_the_13_classes_are_those_of_couprie():
    codes = np.arange(41)
    labels = to_classes(codes, 13)
    assert labels[0] == -1
    said = {NAMES_40[code - 1]: NAMES_13[labels[code]] for code in codes[1:]}
    assert {said[one] for one in ("wall", "door")} == {"wall"}
    assert {said[one] for one in ("cabinet", "refridgerator")} == {"furniture"}
    assert {said[one] for one in ("curtain", "blinds")} == {"window"}
    assert {said[one] for one in ("lamp", "otherprop")} == {"objects"}
    assert said["floor mat"] == "floor"
    assert to_classes(codes, 40).tolist() == [-1, *range(40)]
    assert to_classes(codes, 37)[38:].tolist() == [-1] * 3


@pytest.mark.parametrize(
    ("name", "make", "classes"),
    [
        ("mfnet", make_mfnet, 9),
        ("pst900", make_pst900, 5),
        ("taskonomy", make_taskonomy, 0),
        ("nyu-mat", make_nyu_mat, 13),
        ("sun-rgbd", make_sun_rgbd, 13),
    ],
)
def test_they_are_loaded_by_name(tmp_path, name, make, classes):
    make(tmp_path)
    samples = load_set(name, "test", folder=str(tmp_path))
    names = class_names(name, folder=str(tmp_path))
    assert len(names) == classes
    for sample in samples:
        assert sample.label is None or -1 <= sample.label.max() < classes


def broken(make, load, break_, **options):
    def run(folder):
        make(folder)
        break_(folder)
        return load("train", folder=folder, **options)[0]

    return run


def drop(*parts):
    def break_(folder):
        path = folder.joinpath(*parts)
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return break_


def write(text, *parts):
    return lambda folder: folder.joinpath(*parts).write_text(text)


META = "SUNRGBDtoolbox", "Metadata", "SUNRGBDMeta.mat"
SPLIT = "SUNRGBDtoolbox", "traintestSUNRGBD", "allsplit.mat"


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (broken(make_mfnet, load_mfnet, drop("val.txt")), "val.txt"),
        (broken(make_mfnet, load_mfnet, write("00003D", "train.txt")), "00003D"),
        (broken(make_mfnet, load_mfnet, drop("images")), "00001D"),
        (broken(make_pst900, load_pst900, drop("train", "rgb")), "PST900"),
        (broken(make_pst900, load_pst900, drop("train", "thermal")), "thermal"),
        (broken(make_taskonomy, load_taskonomy, drop("test.txt")), "test.txt"),
        (broken(make_taskonomy, load_taskonomy, drop("allensville_rgb")), "allens"),
        (broken(make_nyu_mat, load_nyu_mat, drop("splits.mat")), "splits"),
        (broken(make_nyu_mat, load_nyu_mat, drop("classMapping40.mat")), "Mapping"),
        (broken(make_nyu_mat, load_nyu_mat, write("x", "splits.mat")), "splits|MAT"),
        (
            broken(make_nyu_mat, load_nyu_mat, write("x", "nyu_depth_v2_labeled.mat")),
            "authors",
        ),
        (broken(make_sun_rgbd, load_sun_rgbd, drop(*META)), "Meta"),
        (broken(make_sun_rgbd, load_sun_rgbd, write("x", *SPLIT)), "allsplit"),
        (broken(make_sun_rgbd, load_sun_rgbd, drop("SUNRGBD")), "SUNRGBD"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, run, word):
    with pytest.raises(InputError, match=word):
        run(tmp_path)
