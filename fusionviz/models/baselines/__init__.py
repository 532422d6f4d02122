"""Baselines: fusion models that AlignMamba and MANGO are compared with.

Concatenation, a single-stream Transformer, a multi-stream cross-modal Transformer
(MulT, Tsai et al. 2019) and a single-stream Mamba, with AlignMamba's encoders and
predictor.
"""

from fusionviz.models.baselines.config import (
    FUSIONS,
    BaselineConfig,
    FusionName,
)
from fusionviz.models.baselines.model import FusionBaseline

__all__ = ["FUSIONS", "BaselineConfig", "FusionBaseline", "FusionName"]
