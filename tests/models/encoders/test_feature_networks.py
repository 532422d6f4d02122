"""One row of features a picture: of an encoder, and of a user's file."""

import pytest
import torch
from torch.nn.functional import conv2d, interpolate

from fusionviz.errors import InputError
from fusionviz.models.encoders import Lite0
from fusionviz.models.encoders.feature_networks import feature_network
from tests.helpers.files.onnx_networks import STRIDE, write_onnx


@pytest.fixture
def pictures():
    return 255 * torch.rand(3, 3, 48, 64, generator=torch.Generator().manual_seed(0))


def by_hand(pictures, weights):
    found = conv2d(pictures.double(), torch.from_numpy(weights).double(), stride=STRIDE)
    return found.relu().mean(dim=(2, 3))


def test_an_encoder_gives_its_last_level_averaged(pictures):
    network = feature_network("efficientnet-lite0")
    expected = Lite0()(pictures).coarsest.mean(dim=(2, 3))
    torch.testing.assert_close(network(pictures), expected, rtol=1e-4, atol=1e-4)
    assert (network.name, network.is_file) == ("efficientnet-lite0", False)


@pytest.mark.parametrize("averaged", [True, False])
def test_a_file_gives_what_its_graph_says(averaged, pictures, tmp_path):
    weights = write_onnx(tmp_path / "mine.onnx", averaged=averaged)
    network = feature_network(str(tmp_path / "mine.onnx"))
    expected = by_hand(pictures, weights)
    torch.testing.assert_close(
        network(pictures).double(), expected, rtol=1e-4, atol=1e-2
    )
    assert (network.name, network.is_file) == ("mine.onnx", True)


def test_pictures_are_resized_for_a_file_that_wants_them_so(pictures, tmp_path):
    weights = write_onnx(tmp_path / "mine.onnx")
    network = feature_network(str(tmp_path / "mine.onnx"), pixels=20)
    small = interpolate(pictures, (20, 20), mode="bilinear", antialias=True)
    torch.testing.assert_close(
        network(pictures).double(), by_hand(small, weights), rtol=1e-4, atol=1e-2
    )


def test_what_is_no_network_is_said_in_a_sentence(pictures, tmp_path, capfd):
    with pytest.raises(InputError, match="there is no file"):
        feature_network(str(tmp_path / "nowhere.onnx"))
    (tmp_path / "words.onnx").write_text("not a network")
    with pytest.raises(InputError, match=r"cannot read words\.onnx"):
        feature_network(str(tmp_path / "words.onnx"))
    with pytest.raises(InputError, match="no feature network 'inception'"):
        feature_network("inception")
    with pytest.raises(InputError, match="any size"):
        feature_network("efficientnet-lite0", pixels=299)
    for channels in (1, 4):
        path = tmp_path / f"of_{channels}.onnx"
        write_onnx(path, channels=channels)
        with pytest.raises(InputError, match=rf"of_{channels}\.onnx does not take"):
            feature_network(str(path))(pictures)
    assert capfd.readouterr().err == ""
