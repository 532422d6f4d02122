"""Modalities that are missing or wrong."""
