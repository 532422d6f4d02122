"""What MANGO's latents hold, and whether they can be trusted."""
