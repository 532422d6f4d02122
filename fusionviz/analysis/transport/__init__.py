"""Where tokens are sent, by which solver, and what it does to a model."""
