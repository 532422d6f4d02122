"""Layers of the flow, and what they are made of."""
