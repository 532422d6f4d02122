"""What a number stands for that names nothing."""

ANY = -1
"""Stands for no layer, head, token or patch in particular."""
