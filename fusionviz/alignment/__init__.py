"""Pure tensor functions: costs, transport plans and kernel distances."""
