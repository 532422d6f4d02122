"""Figures of the classroom: votes, and curves that were predicted."""
