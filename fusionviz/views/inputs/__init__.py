"""Figures of a pair and of what both models make of it."""
