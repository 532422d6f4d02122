"""Generated utterances of words, face and voice."""
