"""Attention as records: MANGO's layers, AlignMamba's scan, and any model's matrices."""
