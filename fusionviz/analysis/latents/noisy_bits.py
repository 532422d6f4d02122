"""What data's bits are to be compared with those of draws from the flow.

A flow that was trained on tokens with noise draws tokens with noise. Their bits per
dimension lie above those of a picture's own, clean tokens for that alone. What a draw
compares with is data with the same noise.
"""

import torch

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.models.mango.code_length import trained_noise
from fusionviz.models.mango.guess_error import modality_rows


def noisy_bits_per_dim(subject: MangoSubject, modality: str | None = None) -> float:
    """Return bits per dimension of a subject's tokens with the noise of training.

    Args:
        subject: A sample and a model.
        modality: The one that gets the noise; None: both.
    """
    model, x = subject.model, subject.x
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(x.shape, generator=generator, dtype=x.dtype).to(x.device)
    rows = slice(None) if modality is None else modality_rows(model, modality)
    with torch.inference_mode():
        noisy = x.clone()
        noisy[:, rows] += trained_noise(model) * noise[:, rows]
        return float(model.bits_per_dim(noisy)[0])
