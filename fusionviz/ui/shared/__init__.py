"""What two or more pages share: frame, sidebar, choice of data, charts."""
