"""AlignMamba: transport-aligned tokens through Mamba (Li et al. 2025)."""
