"""Figures of what is lost when modalities fail."""
