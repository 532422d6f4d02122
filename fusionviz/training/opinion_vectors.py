"""Word vectors that know what is an opinion: GloVe's, tuned on sentences with labels.

A sentence is the mean of its words' vectors, and a small network on it says what the
sentence means (a deep averaging network: Iyyer et al. 2015):

    said = W_2 gelu(W_1 mean_w v_w + b_1) + b_2
    loss = |said - target| + log(1 + exp(-± said))

± is the sign of the target; where that is 0 there is no second term. The vectors start
as GloVe's, widened by numbers of their own, and learn with the network, which is then
thrown away. Words that GloVe lacks and that are said twice or more get a vector too;
words that no sentence has stay where GloVe has them. Learnt from the training splits of
CMU-MOSEI and of the Stanford Sentiment Treebank, with phrases; nothing of CMU-MOSI.

    python -m fusionviz.training.opinion_vectors opinion-64.safetensors
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import dropout, softplus

from fusionviz.data.sets.opinions import load_opinions
from fusionviz.data.words.vectors import WordVectors, load_word_vectors
from fusionviz.whole_files import replace_file

WIDTH = 64
BATCH = 128
RATE = 2e-3
PHRASES = 3
LONGEST = 40
DROPPED = 0.1
"""Share of the words, and of the numbers of a vector, that training leaves out."""

Said = tuple[Sequence[str], float]
"""The words of a sentence, and its target."""


class _Sentences(nn.Module):
    """Vectors of words, and what the mean of a sentence's means."""

    def __init__(self, start: NDArray[np.float32]) -> None:
        super().__init__()
        self.vectors = nn.EmbeddingBag.from_pretrained(
            torch.from_numpy(start), freeze=False, mode="mean", sparse=True
        )
        self.layers = nn.Sequential(
            nn.Dropout(0.3),
            nn.Linear(start.shape[1], WIDTH),
            nn.GELU(),
            nn.Dropout(0.3),
            nn.Linear(WIDTH, 1),
        )

    def forward(self, ids: Tensor, starts: Tensor) -> Tensor:
        mean = self.vectors(ids, starts)
        return self.layers(dropout(mean, DROPPED, self.training))[:, 0]


def tune_vectors(
    sentences: Sequence[Said], start: WordVectors, *, epochs: int = 5, seed: int = 0
) -> WordVectors:
    """Return vectors of `WIDTH` numbers that are learnt from what sentences mean.

    Args:
        sentences: Each with a word at least.
        start: What the vectors begin as.
        epochs: How often each sentence is seen.
        seed: Of what is random.
    """
    counts = Counter(word for words, _ in sentences for word in words)
    known = set(start.words)
    new = sorted(word for word, n in counts.items() if n > 1 and word not in known)
    names = (*start.words, *new)
    random = np.random.default_rng(seed)
    begin = random.normal(0, 0.1, (len(names), WIDTH)).astype(np.float32)
    begin[: len(start.words), : start.width] = start.vectors
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = _Sentences(begin)
        _train(network, sentences, names, epochs, random)
    tuned = network.vectors.weight.detach().numpy()
    unseen = [index for index, name in enumerate(names) if name not in counts]
    tuned[unseen, start.width :] = 0.0
    return WordVectors(words=names, vectors=tuned)


def save_vectors(vectors: WordVectors, path: Path) -> None:
    """Write vectors in 16 bits, as `load_word_vectors` reads them."""
    text = "\n".join(vectors.words).encode()
    table: dict[str, NDArray[Any]] = {
        "vectors": vectors.vectors.astype(np.float16),
        "words": np.frombuffer(text, np.uint8),
    }
    replace_file(path, safetensors.numpy.save(table))


def _train(
    network: _Sentences,
    sentences: Sequence[Said],
    names: Sequence[str],
    epochs: int,
    random: np.random.Generator,
) -> None:
    row = {name: index for index, name in enumerate(names)}
    ids = [np.array([row[w] for w in words if w in row]) for words, _ in sentences]
    targets = np.array([target for _, target in sentences], np.float32)
    able = np.flatnonzero([len(some) > 0 for some in ids])
    steps = epochs * -(-len(able) // BATCH)
    optimizers = (
        torch.optim.SparseAdam(network.vectors.parameters(), RATE),
        torch.optim.Adam(network.layers.parameters(), RATE),
    )
    step = 0
    for _ in range(epochs):
        order = random.permutation(able)
        for first in range(0, len(order), BATCH):
            some = order[first : first + BATCH]
            kept = [_thinned(ids[index], random) for index in some]
            starts = np.cumsum([0, *map(len, kept[:-1])])
            said = network(
                torch.from_numpy(np.concatenate(kept)), torch.from_numpy(starts)
            )
            loss = _loss(said, torch.from_numpy(targets[some]))
            loss.backward()
            for optimizer in optimizers:
                optimizer.param_groups[0]["lr"] = RATE * (1 - step / steps)
                optimizer.step()
                optimizer.zero_grad()
            step += 1


def _loss(said: Tensor, target: Tensor) -> Tensor:
    signed = target != 0
    sign = softplus(-target[signed].sign() * said[signed])
    return (said - target).abs().mean() + sign.sum() / max(1, int(signed.sum()))


def _thinned(ids: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Return a sentence without some of its words, one at least being left."""
    kept = ids[random.random(len(ids)) >= DROPPED]
    return kept if len(kept) else ids


if __name__ == "__main__":
    opinions = load_opinions("train", phrases=PHRASES, longest=LONGEST)
    said_ = [(p.read.names[p.first : p.last], p.target) for p in opinions.places]
    save_vectors(tune_vectors(said_, load_word_vectors()), Path(sys.argv[1]))
