"""What a model of one's own hands over as arrays."""
