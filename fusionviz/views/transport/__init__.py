"""Figures of transport plans."""
