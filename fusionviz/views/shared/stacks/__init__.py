"""Attention that any model has, as matrices, and as maps on the pictures it reads."""
