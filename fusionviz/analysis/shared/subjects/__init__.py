"""What exhibits are of: a sample as one model reads it, or arrays and features."""
