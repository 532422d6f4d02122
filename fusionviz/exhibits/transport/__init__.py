"""Exhibits of the Transport page."""
