"""Exhibits of the Latents page."""
