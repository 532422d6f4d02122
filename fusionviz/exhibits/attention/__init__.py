"""Exhibits of the Attention page."""
