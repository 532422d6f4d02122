"""What is imported by two or more pages: frame, sidebar, choice of data, charts."""
