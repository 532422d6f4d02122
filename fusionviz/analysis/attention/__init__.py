"""What attention heads read, and whether it matters."""
