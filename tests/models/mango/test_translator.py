"""What writes an image from tokens of a pretrained encoder, and learns from pixels."""

import torch
from torch.nn.functional import avg_pool2d

from fusionviz.models.convolutions import DenseScores
from fusionviz.models.mango import Mango, MangoConfig

CONFIG = MangoConfig(
    modalities=("rgb", "edge"),
    target="depth",
    image_size=(32, 48),
    grid=(2, 3),
    width=8,
    blocks=1,
    heads=2,
    square_channels=(3, 2),
    encoder="efficientnet-lite0",
    encoder_width=16,
    codec_widths=(8, 8, 8, 8),
)


def test_scores_by_pixel_are_at_first_those_of_their_places():
    torch.manual_seed(0)
    scores = DenseScores(6, 32, 3, (32, 48), by_pixel=True)
    image = scores(torch.randn(2, 6, 2, 3))
    assert image.shape == (2, 3, 32, 48)
    places = avg_pool2d(image, 4)
    torch.testing.assert_close(
        image, places.repeat_interleave(4, 2).repeat_interleave(4, 3)
    )
    assert places.std() > 0.01


def test_a_step_tells_the_pixels_of_a_place_apart():
    torch.manual_seed(0)
    scores = DenseScores(6, 32, 1, (32, 48), by_pixel=True)
    tokens, wanted = torch.randn(2, 6, 2, 3), torch.randn(2, 1, 32, 48)
    optimizer = torch.optim.Adam(scores.parameters(), lr=1e-2)
    errors = []
    for _ in range(30):
        error = (scores(tokens) - wanted).square().mean()
        errors.append(error.item())
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
    places = avg_pool2d(wanted, 4).repeat_interleave(4, 2).repeat_interleave(4, 3)
    # No image that is alike within places comes nearer.
    assert errors[-1] < (places - wanted).square().mean() < errors[0]


def test_encoders_learn_from_images_whose_features_nobody_kept():
    """PyTorch's gradient of a GroupNorm ends the process where channels come last."""
    torch.manual_seed(0)
    model = Mango(CONFIG)
    image = torch.rand(2, 3, 32, 48) * 2 - 1
    codec = model.codec["rgb"]
    codec.encode(image).square().sum().backward()
    seen = codec.encoder.pretrained
    kept = seen.layout.join(seen(image))
    first = {
        name: one.grad.clone()
        for name, one in codec.encoder.named_parameters()
        if one.grad is not None
    }
    assert len(first) > 10
    model.zero_grad()
    codec.encode(image, kept).square().sum().backward()
    for name, one in codec.encoder.named_parameters():
        if name in first:
            torch.testing.assert_close(one.grad, first[name], rtol=1e-3, atol=1e-4)
