"""The Latents page, a module a tab."""
