"""MANGO: a normalizing flow of invertible cross-attention (Truong et al. 2025)."""
