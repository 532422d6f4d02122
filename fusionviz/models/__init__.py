"""The two models, their parts, and their checkpoints."""
