"""AlignMamba: transport-aligned tokens through Mamba (Li et al. 2025)."""

from fusionviz.models.alignmamba.block import MambaBlock, MambaTrace
from fusionviz.models.alignmamba.scan import (
    ScanBackend,
    auto_backend,
    scan_backends,
    selective_scan,
)

__all__ = [
    "MambaBlock",
    "MambaTrace",
    "ScanBackend",
    "auto_backend",
    "scan_backends",
    "selective_scan",
]
