"""Figures of what length costs."""
