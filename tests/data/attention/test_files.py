"""Attention that a reader brings: what is read, what is left out, what is refused."""

import io
import zipfile

import numpy as np
import pytest

from fusionviz.data.attention.files import example_file, read_attention
from fusionviz.errors import InputError


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy(array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def weights(*shape, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), shape[:-1])


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ((3, 2, 5, 5), (3, 2, 5, 5)),
        ((2, 5, 7), (1, 2, 5, 7)),
        ((5, 5), (1, 1, 5, 5)),
        ((3, 1, 2, 5, 5), (3, 2, 5, 5)),
        ((1, 3, 2, 5, 5), (3, 2, 5, 5)),
        ((1, 1, 1, 1), (1, 1, 1, 1)),
    ],
)
def test_shapes_are_read_as_layer_head_query_key(shape, read):
    array = weights(*shape)
    for data in (npz(attention=array), npy(array)):
        found = read_attention(data).attention
        assert found.shape == read
        assert found.dtype == np.float32
        np.testing.assert_allclose(found.ravel(), array.ravel(), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", "u1", "i8", "?"])
def test_any_real_numbers_will_do(dtype):
    array = np.arange(8).reshape(2, 2, 2).astype(dtype)
    found = read_attention(npz(attention=array)).attention
    np.testing.assert_array_equal(found[0], array.astype(np.float32))


def test_fortran_order_is_undone():
    array = np.asfortranarray(weights(2, 3, 4))
    found = read_attention(npz(attention=array)).attention[0]
    np.testing.assert_allclose(found, array, rtol=1e-6)


@pytest.mark.parametrize("name", ["Attention", "attn", "foo", "arr_0"])
def test_other_names_will_do(name):
    file = read_attention(npz(**{name: weights(2, 3, 3), "grid": np.array([1, 3])}))
    assert file.name == name
    assert file.grid == (1, 3)


def test_the_named_array_outranks_others_of_its_shape():
    array = weights(2, 3, 3)
    file = read_attention(npz(values=weights(2, 3, 3, seed=1), attention=array))
    np.testing.assert_allclose(file.attention[0], array, rtol=1e-6)


def test_labels_modalities_and_grid_are_read():
    file = read_attention(example_file())
    assert file.queries.labels[:2] == ("a", "lamp")
    assert file.keys.modality == ("text",) * 4 + ("rgb",) * 16
    assert file.grid == (4, 4)
    assert file.notes == ()
    np.testing.assert_allclose(file.attention.sum(axis=-1), 1, rtol=1e-5)


def test_queries_and_keys_can_have_their_own():
    file = read_attention(
        npz(
            attention=weights(2, 3, 5),
            query_tokens=["x", "y", "z"],
            tokens=list("abcde"),
            key_modality=[0, 0, 1, 1, 1],
        )
    )
    assert file.queries.labels == ("x", "y", "z")
    assert file.keys.labels == tuple("abcde")
    assert file.keys.modality == ("0", "0", "1", "1", "1")
    assert file.queries.modality == ()
    assert file.notes == ()


def test_labels_of_one_axis_alone_go_to_it():
    file = read_attention(npz(attention=weights(2, 3, 5), tokens=list("abc")))
    assert file.queries.labels == ("a", "b", "c")
    assert file.keys.labels == ()


def test_a_class_token_before_the_grid_is_found():
    file = read_attention(npz(attention=weights(2, 10, 10), grid=[3, 3]))
    assert file.keys.modality == ("class token",) + ("image",) * 9
    assert any("class token" in note for note in file.notes)


@pytest.mark.parametrize(
    ("extra", "note"),
    [
        ({"tokens": list("ab")}, "tokens is left out: it has 2 entries for 3"),
        ({"grid": [2, 2]}, "no modality has 2 × 2"),
        ({"grid": [1.5, 2]}, "two whole numbers"),
        ({"grid": [[1, 2, 3]]}, "two whole numbers"),
        ({"tokens": np.array([1 + 2j] * 3)}, "neither text nor numbers"),
        ({"modality": list("abc"), "grid": [1, 3]}, "no modality has 1 × 3"),
    ],
)
def test_what_does_not_fit_is_left_out_and_said(extra, note):
    file = read_attention(npz(attention=weights(2, 3, 3), **extra))
    assert any(note in one for one in file.notes), file.notes
    assert file.attention.shape == (1, 2, 3, 3)


def test_more_modalities_than_can_be_told_apart_are_left_out():
    file = read_attention(npz(attention=weights(9, 9), modality=np.arange(9)))
    assert file.keys.modality == ()
    assert "9 names" in file.notes[0]


def test_labels_are_made_fit_to_be_shown():
    words = np.array(["\ud800x", "a" * 100, "tab\tnew\nline"])
    file = read_attention(npz(attention=weights(3, 3), tokens=words))
    assert file.keys.labels[0].strip() == "x"
    assert len(file.keys.labels[1]) == 32
    assert "\n" not in file.keys.labels[2]
    raw = np.array([b"caf\xc3\xa9", b"\xff", b"c"])
    labels = read_attention(npz(attention=weights(3, 3), tokens=raw)).keys.labels
    assert labels[0] == "café"


@pytest.mark.parametrize("order", "<>")
def test_letters_beyond_unicode_are_marked(order):
    words = np.array(["ab", "cd", "é\U0010ffff"], f"{order}U2")
    raw = words.view(f"{order}u4").copy()
    raw[1], raw[2] = 0x110000, 0xFFFFFFFF
    broken = raw.view(f"{order}U2")
    file = read_attention(npz(attention=weights(3, 3), tokens=broken))
    assert file.keys.labels[0] == "a\ufffd"
    assert file.keys.labels[1] == "\ufffdd"
    assert file.keys.labels[2].startswith("é")


def test_cells_that_are_nan_are_not_read():
    array = weights(2, 3, 3)
    array[:, 0, 1:] = np.nan
    file = read_attention(npz(attention=array))
    assert np.isnan(file.attention[0, :, 0, 1:]).all()
    assert "22.2% of the cells" in file.notes[0]


def zipped(method) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("attention.npy", npy(weights(2, 3, 3)))
    return buffer.getvalue()


def header_alone(shape) -> bytes:
    """A file whose header announces more than follows."""
    buffer = io.BytesIO()
    description = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, description)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "neither NPZ nor NPY"),
        (b"GIF89a", "neither NPZ nor NPY"),
        (b"PK\x03\x04" + bytes(50), "damaged"),
        (npz(attention=weights(2, 3, 3))[:-30], "damaged"),
        (zipped(zipfile.ZIP_BZIP2), "unusual way"),
        (npz(attention=np.zeros((2, 0, 3))), "none of them 0"),
        (npz(attention=np.zeros(3)), r"shape \(3,\)"),
        (npz(attention=weights(2, 2, 2, 3, 3)), "choose one sample"),
        (npz(attention=np.array([["a"]])), "no real numbers"),
        (npz(attention=np.ones((2, 2), complex)), "no real numbers"),
        (npz(attention=np.zeros((2, 2), [("a", "f4")])), "records"),
        (npz(attention=np.array([[None]], object)), "Python objects"),
        (npz(attention=np.full((2, 2), np.nan)), "nothing but NaN"),
        (npz(attention=np.array([[0.0, -np.inf]])), "after the softmax"),
        (npz(attention=np.full((2, 2), 1e300)), "after the softmax"),
        (npz(a=weights(2, 3, 3), b=weights(2, 3, 3)), "several arrays"),
        (npz(tokens=["a"], grid=[1, 1]), "no array of the shape"),
        (npz(**{f"a{n}": np.zeros(1) for n in range(1001)}), "too many arrays"),
        (header_alone((2, 3, 3)), "cut off"),
        (header_alone((4000, 4000, 4000)), "at most 32 million"),
        (header_alone((2**40, 2**40)), "at most 32 million"),
    ],
)
def test_what_cannot_be_used_gets_one_sentence(data, said):
    with pytest.raises(InputError, match=said) as raised:
        read_attention(data)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)
