"""Figures of MANGO's latents."""
