"""What an exhibit is, and what two or more subjects' exhibits share."""
