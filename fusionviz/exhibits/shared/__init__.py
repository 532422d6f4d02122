"""What an exhibit is, and exhibits that are imported by two or more subjects."""
