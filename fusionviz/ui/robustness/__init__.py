"""The Robustness page: what is lost when a modality fails."""
