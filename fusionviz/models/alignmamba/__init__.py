"""AlignMamba: transport-aligned tokens through Mamba (Li et al. 2025)."""

from fusionviz.models.alignmamba.block import MambaBlock, MambaTrace
from fusionviz.models.alignmamba.block_jacobian import (
    BlockJacobian,
    block_jacobian,
)
from fusionviz.models.alignmamba.config import (
    AlignMambaConfig,
    ModalityConfig,
    config_of,
)
from fusionviz.models.alignmamba.hidden_attention import (
    hidden_attention,
    summed_hidden_attention,
)
from fusionviz.models.alignmamba.inputs import AlignMambaInputs
from fusionviz.models.alignmamba.model import AlignMamba, AlignMambaOutput
from fusionviz.models.alignmamba.rgbd import rgbd_inputs
from fusionviz.models.alignmamba.scan.dispatch import (
    ScanBackend,
    auto_backend,
    scan_backends,
    selective_scan,
)
from fusionviz.models.alignmamba.sequences import sequence_inputs, why_unread
from fusionviz.models.alignmamba.trace import AlignMambaTrace, AlignmentTrace

__all__ = [
    "AlignMamba",
    "AlignMambaConfig",
    "AlignMambaInputs",
    "AlignMambaOutput",
    "AlignMambaTrace",
    "AlignmentTrace",
    "BlockJacobian",
    "MambaBlock",
    "MambaTrace",
    "ModalityConfig",
    "ScanBackend",
    "auto_backend",
    "block_jacobian",
    "config_of",
    "hidden_attention",
    "rgbd_inputs",
    "scan_backends",
    "selective_scan",
    "sequence_inputs",
    "summed_hidden_attention",
    "why_unread",
]
