"""How far apart the tokens of modalities are, and where they meet."""
