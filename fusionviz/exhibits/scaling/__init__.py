"""Exhibits of what length costs."""
