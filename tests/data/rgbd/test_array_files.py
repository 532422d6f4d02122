"""NPZ, MAT and HDF5 files: which array is depth, in every type and layout."""

import struct
import zlib

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.files.array_files import list_arrays, read_array
from fusionviz.data.rgbd.depth_choice import AmbiguousDepthError
from fusionviz.data.rgbd.reading import ReadingOptions, read_with_choices
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import (
    hdf5_bytes,
    mat_bytes,
    npz_bytes,
    photo,
    room_mm,
)

MM, PHOTO = room_mm(), photo()
METRES = (MM / 1000).astype(np.float32)


def _mat73(**arrays):
    return hdf5_bytes(matlab=True, **arrays)


def _plain_mat(**arrays):
    return mat_bytes(packed=False, **arrays)


WRITERS = {
    "NPZ": npz_bytes,
    "MAT": mat_bytes,
    "plain MAT": _plain_mat,
    "MAT 7.3": _mat73,
    "HDF5": hdf5_bytes,
}
CAMERA = {
    "K": np.eye(3),
    "cam_pose": np.eye(4),
    "intrinsics": np.arange(4.0)[None],
    "points": np.arange(900.0).reshape(300, 3),
    "size": np.array([[480.0]]),
}
BESIDE = CAMERA | {
    "color": PHOTO,
    "normals": np.dstack([METRES] * 3),
    "times": np.arange(40.0)[None],
}
TYPES = ["u1", "u2", "i2", "i4", "u4", "i8", "f4", "f8"]

writers = st.sampled_from(sorted(WRITERS))


@settings(max_examples=80, deadline=None)
@given(
    writer=writers,
    dtype=st.sampled_from(TYPES),
    order=st.sampled_from("<>"),
    fortran=st.booleans(),
    name=st.sampled_from(
        ["z", "map", "D", "depth", "rawDepth", "img_depth_m", "Depth"]
    ),
    others=st.lists(st.sampled_from(sorted(BESIDE)), unique=True),
)
def test_the_only_map_is_depth(writer, dtype, order, fortran, name, others):
    values = (METRES * (60 if dtype == "u1" else 1000)).astype(order + dtype)
    values = np.asfortranarray(values) if fortran else values
    arrays = {key: BESIDE[key] for key in others} | {name: values}
    unit = "relative" if dtype == "u1" else "mm"
    sample = read_pair(None, WRITERS[writer](**arrays), depth_unit=unit)
    expected = values / (values.max() if dtype == "u1" else 1000)
    np.testing.assert_allclose(sample.depth_m, expected, rtol=1e-6)
    assert any(f"'{name}'" in note for note in sample.notes)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", ["depth", "DEPTH"])
def test_depth_goes_before_others_named_like_it(writer, name):
    data = WRITERS[writer](
        depth_gt=METRES * 2, depth_conf=METRES / 9, z=METRES * 3, **{name: METRES}
    )
    np.testing.assert_array_equal(read_pair(None, data).depth_m, METRES)


@pytest.mark.parametrize("writer", WRITERS)
def test_what_stands_beside_depth_is_not_taken_for_it(writer):
    data = WRITERS[writer](
        sensor_depth=METRES,
        depth_mask=(MM > 2000).astype(np.uint8),
        depth_conf=METRES / 9,
        labels=(MM % 13).astype(np.uint8),
    )
    np.testing.assert_array_equal(read_pair(None, data).depth_m, METRES)


@pytest.mark.parametrize("writer", WRITERS)
def test_one_of_several_maps_is_chosen_by_name(writer):
    data = WRITERS[writer](left=METRES, right=METRES * 2, **CAMERA)
    with pytest.raises(
        AmbiguousDepthError, match=r"several arrays.*left, right"
    ) as asked:
        read_pair(None, data)
    assert set(asked.value.names) == {"left", "right"}
    sample = read_pair(None, data, depth_name="right")
    np.testing.assert_array_equal(sample.depth_m, METRES * 2)
    reading = read_with_choices(None, data, ReadingOptions(depth_name="left"))
    assert (set(reading.names), reading.name) == ({"left", "right"}, "left")
    with pytest.raises(InputError, match="holds no 'middle'"):
        read_pair(None, data, depth_name="middle")


@pytest.mark.parametrize("writer", WRITERS)
def test_matrices_alone_are_no_depth(writer):
    with pytest.raises(InputError, match="several arrays"):
        read_pair(None, WRITERS[writer](**CAMERA))


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("values", "words"),
    [
        (METRES.astype(complex), "complex numbers"),
        (np.stack([METRES] * 5), "height and a width"),
    ],
)
def test_arrays_that_are_no_map(writer, values, words):
    with pytest.raises(InputError, match=words):
        read_pair(None, WRITERS[writer](depth=values, K=np.eye(3)))


@pytest.mark.parametrize("writer", ["MAT", "plain MAT"])
def test_matlab_files_of_the_other_byte_order(writer):
    data = bytearray(_big_endian_mat(METRES.astype(">f4"), packed=writer == "MAT"))
    np.testing.assert_array_equal(read_pair(None, bytes(data)).depth_m, METRES)


def _big_endian_mat(values, *, packed):
    """A MAT-file of one single-precision array, from the format's description."""

    def element(kind, body):
        return struct.pack(">II", kind, len(body)) + body + bytes(-len(body) % 8)

    matrix = b"".join(
        [
            element(6, struct.pack(">II", 7, 0)),
            element(5, struct.pack(">ii", *values.shape)),
            struct.pack(">HH4s", 1, 1, b"z"),
            element(7, values.tobytes(order="F")),
        ]
    )
    body = element(14, matrix)
    if packed:
        squeezed = zlib.compress(body)
        body = struct.pack(">II", 15, len(squeezed)) + squeezed
    header = b"MATLAB 5.0 MAT-file, Platform: SOL2".ljust(124) + b"\x01\x00MI"
    return header + body


def test_text_cells_and_structures_of_matlab_are_passed_over():
    data = mat_bytes(
        title="a room",
        info={"fx": 525.0, "name": "kinect"},
        names=np.array(["a", 1], object),
        depth=METRES,
        valid=METRES > 2,
    )
    names = [one.name for one in list_arrays(data, "MATLAB")]
    assert "depth" in names
    assert not {"title", "info", "names"} & set(names)
    np.testing.assert_array_equal(read_pair(None, data).depth_m, METRES)


def test_groups_chunks_and_filters_of_hdf5(tmp_path):
    path = tmp_path / "scene.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "scene/left/depth", data=MM, chunks=(8, 8), compression="gzip", shuffle=True
        )
        file["scene/left/image"] = PHOTO
        file["scene/name"] = "a room"
    sample = read_pair(None, path.read_bytes())
    np.testing.assert_allclose(sample.depth_m, METRES, rtol=1e-6)


def test_hdf5_links_lead_to_no_other_file(tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["depth"] = METRES
    path = tmp_path / "scene.h5"
    layout = h5py.VirtualLayout(shape=METRES.shape, dtype="f4")
    layout[:] = h5py.VirtualSource(tmp_path / "secret.h5", "depth", METRES.shape)
    with h5py.File(path, "w") as file:
        file["link"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/depth")
        file["soft"] = h5py.SoftLink("/link")
        file.create_virtual_dataset("virtual", layout)
        (tmp_path / "raw.bin").write_bytes(METRES.tobytes())
        file.create_dataset(
            "outside", METRES.shape, "f4", external=str(tmp_path / "raw.bin")
        )
    assert list_arrays(path.read_bytes(), "HDF5") == ()
    with pytest.raises(InputError, match="no array of numbers"):
        read_pair(None, path.read_bytes())


def test_a_vast_piece_of_hdf5_is_refused(tmp_path):
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "depth",
            (24, 32),
            "u2",
            chunks=(20_000, 20_000),
            maxshape=(None, None),
            compression="gzip",
        )
    with pytest.raises(InputError, match="too large to unpack"):
        read_pair(None, path.read_bytes())


@pytest.mark.parametrize("writer", WRITERS)
def test_too_many_pixels_are_refused_from_the_header(writer, monkeypatch):
    data = WRITERS[writer](depth=np.zeros((1, 1)), other=np.zeros((2, 2)))
    kinds = {"MAT": "MATLAB", "plain MAT": "MATLAB", "MAT 7.3": "HDF5"}
    array = next(
        one
        for one in list_arrays(data, kinds.get(writer, writer))
        if one.name == "depth"
    )
    from dataclasses import replace

    huge = replace(array, shape=(20_000, 20_000))
    with pytest.raises(InputError, match="MB"):
        read_array(data, kinds.get(writer, writer), huge)


@pytest.mark.parametrize("packed", [True, False])
def test_a_matlab_array_that_lies_about_its_size(packed):
    data = bytearray(mat_bytes(packed=False, depth=METRES))
    at = data.index(struct.pack("<ii", *METRES.shape))
    data[at : at + 8] = struct.pack("<ii", 6_000, 6_000)
    if packed:
        squeezed = zlib.compress(bytes(data[128:]))
        data = data[:128] + struct.pack("<II", 15, len(squeezed)) + squeezed
    with pytest.raises(InputError, match="cut off"):
        read_pair(None, bytes(data))


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_cut_files(writer, share):
    data = WRITERS[writer](depth=np.random.default_rng(0).random((60, 80)))
    with pytest.raises(InputError):
        read_pair(None, data[: int(share * len(data))])


@pytest.mark.parametrize("writer", WRITERS)
def test_arrays_in_the_rgb_slot_are_sent_to_the_other(writer):
    with pytest.raises(InputError, match=r"depth slot|unpack"):
        read_pair(WRITERS[writer](depth=METRES), None)
