"""A plan between sequences as ribbons from frames to words on a time axis."""
