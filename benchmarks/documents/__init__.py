"""What recorded reports say, written into the documents."""
