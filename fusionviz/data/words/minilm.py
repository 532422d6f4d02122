"""MiniLM (Wang et al. 2020): what each word of an English sentence means in it.

A BERT (Devlin et al. 2019) of six layers, fine-tuned for sentences
(all-MiniLM-L6-v2, Apache-2.0), frozen. Its files are no part of the project: a folder
in the usual layout, which FUSIONVIZ_MINILM names, else
`pretrained/all-MiniLM-L6-v2` in that of the data:

    config.json  vocab.txt  model.safetensors

    h_0     = LN(word + position + kind)
    h'_l    = LN(h_l + softmax(Q Kᵀ / sqrt(d)) V W_O)
    h_(l+1) = LN(h'_l + W_2 gelu(W_1 h'_l))
"""

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray

from fusionviz.data.folders import data_folder
from fusionviz.data.words.wordpieces import WordPieces
from fusionviz.errors import InputError

NAME = "minilm"
VARIABLE = "FUSIONVIZ_MINILM"
AT_ONCE = 4096
"""Pieces that are read at once, padding included."""

FILES = ("config.json", "vocab.txt", "model.safetensors")
Weights = Mapping[str, NDArray[np.float32]]
States = Float[np.ndarray, "text piece channel"]


def minilm_folder() -> Path:
    """Return the folder of the weights, whether or not it is there."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else data_folder() / "pretrained" / "all-MiniLM-L6-v2"


@dataclass(frozen=True, kw_only=True, eq=False)
class MiniLM:
    """The network, its vocabulary and its sizes.

    Attributes:
        weights: By the names of the file.
        pieces: Its vocabulary.
        layers: Of attention.
        heads: Of each.
        epsilon: Of the layer norms.
    """

    weights: Weights
    pieces: WordPieces
    layers: int
    heads: int
    epsilon: float

    @property
    def width(self) -> int:
        """Channels of a token."""
        return self.weights["embeddings.LayerNorm.weight"].size

    @property
    def longest(self) -> int:
        """Pieces that can be read in one go, with those around the text."""
        return len(self.weights["embeddings.position_embeddings.weight"])

    def read(self, ids: Sequence[Sequence[int]]) -> list[Float[np.ndarray, "piece c"]]:
        """Return the last states of texts, one for each of their pieces.

        Args:
            ids: Of the pieces of each, without those around; at least one, and at most
                `longest` - 2.
        """
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        found: dict[int, NDArray[np.float32]] = {}
        for some in self._batches(ids, order):
            lengths = [len(ids[index]) + 2 for index in some]
            padded = np.zeros((len(some), max(lengths)), np.int64)
            for row, index in enumerate(some):
                around = [self.pieces.first, *ids[index], self.pieces.last]
                padded[row, : len(around)] = around
            there = np.arange(max(lengths)) < np.array(lengths)[:, None]
            states = self._states(padded, there)
            for row, index in enumerate(some):
                found[index] = states[row, 1 : lengths[row] - 1]
        return [found[index] for index in range(len(ids))]

    def _batches(
        self, ids: Sequence[Sequence[int]], order: Sequence[int]
    ) -> Iterator[list[int]]:
        """Yield the texts that are read at once, of like length."""
        some: list[int] = []
        for index in order:
            if some and (len(some) + 1) * (len(ids[index]) + 2) > AT_ONCE:
                yield some
                some = []
            some.append(index)
        if some:
            yield some

    def _states(
        self,
        ids: Int[np.ndarray, "text piece"],
        there: Bool[np.ndarray, "text piece"],
    ) -> States:
        start = "embeddings."
        names = ("word", "position", "token_type")
        word, place, kind = (
            self.weights[f"{start}{name}_embeddings.weight"] for name in names
        )
        x = self._norm(word[ids] + place[: ids.shape[1]] + kind[0], start)
        for layer in range(self.layers):
            start = f"encoder.layer.{layer}."
            attended = self._attend(x, there, f"{start}attention.")
            x = self._norm(x + attended, f"{start}attention.output.")
            hidden = _gelu(self._linear(x, f"{start}intermediate.dense."))
            x = self._norm(
                x + self._linear(hidden, f"{start}output.dense."), f"{start}output."
            )
        return x

    def _attend(self, x: States, there: NDArray[np.bool_], name: str) -> States:
        def heads(part: str) -> NDArray[np.float32]:
            made = self._linear(x, f"{name}self.{part}.")
            return made.reshape(*x.shape[:2], self.heads, -1).swapaxes(1, 2)

        query, key, value = map(heads, ("query", "key", "value"))
        scores = query @ key.swapaxes(2, 3) / np.float32(math.sqrt(query.shape[-1]))
        scores = np.where(there[:, None, None], scores, np.float32(-np.inf))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ value).swapaxes(1, 2).reshape(x.shape)
        return self._linear(mixed, f"{name}output.dense.")

    def _linear(self, x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        # One product of matrices is three times as quick as one a text.
        made = x.reshape(-1, x.shape[-1]) @ self.weights[f"{name}weight"].T
        made += self.weights[f"{name}bias"]
        return made.reshape(*x.shape[:-1], -1)

    def _norm(self, x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self.epsilon)
        scale = self.weights[f"{name}LayerNorm.weight"]
        scaled = centred / spread * scale + self.weights[f"{name}LayerNorm.bias"]
        return scaled.astype(np.float32)


@cache
def load_minilm(folder: Path) -> MiniLM:
    """Return the network of a folder, read once; everybody shares it.

    Raises:
        InputError: It is not there, or no such network.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"MiniLM is not at {folder} ({', '.join(missing)} missing): let {VARIABLE} "
            "name a folder with the files of all-MiniLM-L6-v2"
        )
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        weights = safetensors.numpy.load_file(folder / "model.safetensors")
        network = MiniLM(
            weights={name: _plain(array) for name, array in weights.items()},
            pieces=WordPieces.read(folder / "vocab.txt"),
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            epsilon=float(config["layer_norm_eps"]),
        )
        network.read([[network.pieces.unknown]])
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise InputError(f"{folder} holds no MiniLM: {error}") from error
    return network


def _plain(array: NDArray) -> NDArray:
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy.special import erf  # here, so that the app need not wait for it

    return x * np.float32(0.5) * (1 + erf(x / np.float32(math.sqrt(2))))
