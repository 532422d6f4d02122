"""What length costs: curves of recorded and live runs, read off and compared."""
