"""Transcripts of speech, made to read like written English."""

import re

_DRAWN = (
    *("aint", "arent", "cant", "couldnt", "didnt", "doesnt", "dont", "hadnt", "hasnt"),
    *("havent", "isnt", "mustnt", "shouldnt", "wasnt", "werent", "wont", "wouldnt"),
    *("im", "ive", "youre", "youve", "youll", "hes", "shes", "theyre", "theyve"),
    *("theyll", "weve", "itll", "thats", "whats", "theres", "heres", "wheres"),
    *("whos", "lets", "hed", "theyd", "youd"),
)
"""Words that are drawn together and are no words without their apostrophe."""

_ENDS = ("nt", "re", "ve", "ll", "s", "d", "m")
_WORD = re.compile(rf"\b(?:{'|'.join(_DRAWN)})\b", re.IGNORECASE)


def restore_apostrophes(text: str) -> str:
    """Return a transcript with the apostrophes that it was written without.

    Only where there is no doubt: `ill`, `its` and `were` stay as they are.

    >>> restore_apostrophes("I DIDNT THINK THATS WHAT ITS FOR")
    "I DIDN'T THINK THAT'S WHAT ITS FOR"
    """
    return _WORD.sub(lambda found: _with_apostrophe(found[0]), text)


def _with_apostrophe(word: str) -> str:
    end = next(end for end in _ENDS if word.lower().endswith(end))
    cut = len(word) - (1 if end == "nt" else len(end))
    return f"{word[:cut]}'{word[cut:]}"
