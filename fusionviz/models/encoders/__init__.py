"""Encoders of pictures that were trained elsewhere, and what is read from them."""

from fusionviz.models.encoders.lite0 import Lite0
from fusionviz.models.encoders.names import load_encoder
from fusionviz.models.encoders.pyramid import (
    STRIDES,
    Encoder,
    FeatureLayout,
    Pyramid,
)

__all__ = [
    "STRIDES",
    "Encoder",
    "FeatureLayout",
    "Lite0",
    "Pyramid",
    "load_encoder",
]
