"""What the Inputs page shows: a pair, and what both models say of it."""
