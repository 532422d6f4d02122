"""MANGO: a normalizing flow of invertible cross-attention (Truong et al. 2025).

Read in this order: layers (invertible, partition, attention), flow, joint, model.
"""

from fusionviz.models.mango.config import FlowConfig, MangoConfig
from fusionviz.models.mango.flow import Intervention, LayerPlace, MangoFlow
from fusionviz.models.mango.joint import JointModel
from fusionviz.models.mango.layers.actnorm import ActNorm
from fusionviz.models.mango.layers.attention import InvertibleCrossAttention
from fusionviz.models.mango.layers.attention_coupling import AttentionCoupling
from fusionviz.models.mango.layers.autoregressive import (
    AutoregressiveHalf,
    AutoregressivePlaces,
)
from fusionviz.models.mango.layers.causal import CausalSizes
from fusionviz.models.mango.layers.coupling import AffineCoupling
from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.lu import LUMatrix
from fusionviz.models.mango.layers.mixing import ChannelMixing
from fusionviz.models.mango.layers.partition import (
    InterModalityPartition,
    LearnedPartition,
    ModalityPartition,
)
from fusionviz.models.mango.model import Mango
from fusionviz.models.mango.trace import LayerTrace, MangoTrace

__all__ = [
    "ActNorm",
    "AffineCoupling",
    "AttentionCoupling",
    "AutoregressiveHalf",
    "AutoregressivePlaces",
    "CausalSizes",
    "ChannelMixing",
    "FlowConfig",
    "HeadIntervention",
    "InterModalityPartition",
    "Intervention",
    "InvertibleCrossAttention",
    "InvertibleLayer",
    "JointModel",
    "LUMatrix",
    "LayerPlace",
    "LayerTrace",
    "LearnedPartition",
    "Mango",
    "MangoConfig",
    "MangoFlow",
    "MangoTrace",
    "ModalityPartition",
]
