"""The sample of all pages: a room of the gallery, or what its reader brings."""
