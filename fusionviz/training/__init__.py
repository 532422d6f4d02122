"""Losses, metrics, recipes and the loop."""
