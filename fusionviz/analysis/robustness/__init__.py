"""What models make of a sample whose modalities fail."""
