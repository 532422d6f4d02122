"""The training loop: batches, steps, saved state, logs."""
