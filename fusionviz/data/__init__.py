"""Samples: what people upload, what is generated, what data sets hold."""
