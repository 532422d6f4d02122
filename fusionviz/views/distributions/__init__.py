"""Figures of the modalities' distributions."""
