"""Words of a sentence, and vectors that say what they mean."""

from fusionviz.data.words.splitting import Word, split_words
from fusionviz.data.words.vectors import WordVectors, load_word_vectors

__all__ = ["Word", "WordVectors", "load_word_vectors", "split_words"]
