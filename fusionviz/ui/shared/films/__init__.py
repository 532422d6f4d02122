"""Films: which one is shown, and how a MANGO of films reads it."""
