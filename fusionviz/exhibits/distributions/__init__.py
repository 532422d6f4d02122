"""Exhibits of the Distributions page."""
