"""A folder with a MiniLM of two small layers, and the same network in torch."""

import json

import numpy as np
import safetensors.numpy
import torch

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "'",
    *LETTERS,
    *(f"##{x}" for x in LETTERS),
)
WIDTH, HEADS, LAYERS, HIDDEN, LONGEST = 12, 3, 2, 20, 24
SIZES = {"num_hidden_layers": LAYERS, "num_attention_heads": HEADS}


def tiny_weights(seed=0):
    random = np.random.default_rng(seed)

    def draw(*shape):
        return random.normal(0, 0.5, shape).astype(np.float32)

    def linear(name, before, after):
        return {f"{name}.weight": draw(after, before), f"{name}.bias": draw(after)}

    def norm(name):
        shift = {f"{name}.bias": draw(WIDTH)}
        return {f"{name}.weight": 1 + draw(WIDTH) / 4, **shift}

    weights = {
        "embeddings.word_embeddings.weight": draw(len(NAMES), WIDTH),
        "embeddings.position_embeddings.weight": draw(LONGEST, WIDTH),
        "embeddings.token_type_embeddings.weight": draw(2, WIDTH),
        "embeddings.position_ids": np.arange(LONGEST)[None],
        **norm("embeddings.LayerNorm"),
    }
    for layer in range(LAYERS):
        start = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            weights |= linear(f"{start}.attention.self.{part}", WIDTH, WIDTH)
        weights |= linear(f"{start}.attention.output.dense", WIDTH, WIDTH)
        weights |= norm(f"{start}.attention.output.LayerNorm")
        weights |= linear(f"{start}.intermediate.dense", WIDTH, HIDDEN)
        weights |= linear(f"{start}.output.dense", HIDDEN, WIDTH)
        weights |= norm(f"{start}.output.LayerNorm")
    return weights


def make_minilm_folder(folder, seed=0):
    folder.mkdir(parents=True, exist_ok=True)
    config = {**SIZES, "layer_norm_eps": 1e-12}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("\n".join(NAMES) + "\n")
    safetensors.numpy.save_file(tiny_weights(seed), folder / "model.safetensors")
    return folder


def states_by_torch(weights, ids):
    """Return the last states of one text by torch's own encoder layers."""
    of = {name: torch.from_numpy(array) for name, array in weights.items()}
    ids = torch.tensor([2, *ids, 3])
    x = (
        of["embeddings.word_embeddings.weight"][ids]
        + of["embeddings.position_embeddings.weight"][: len(ids)]
        + of["embeddings.token_type_embeddings.weight"][0]
    )
    first = [of[f"embeddings.LayerNorm.{end}"] for end in ("weight", "bias")]
    x = torch.nn.functional.layer_norm(x, (WIDTH,), *first, eps=1e-12)
    for index in range(LAYERS):
        layer = torch.nn.TransformerEncoderLayer(
            *(WIDTH, HEADS, HIDDEN, 0.0, "gelu", 1e-12), batch_first=True
        )
        start = f"encoder.layer.{index}."
        attention, state = f"{start}attention.", {}
        for end in ("weight", "bias"):
            parts = [
                of[f"{attention}self.{p}.{end}"] for p in ("query", "key", "value")
            ]
            state[f"self_attn.in_proj_{end}"] = torch.cat(parts)
            names = {
                "self_attn.out_proj": f"{attention}output.dense",
                "linear1": f"{start}intermediate.dense",
                "linear2": f"{start}output.dense",
                "norm1": f"{attention}output.LayerNorm",
                "norm2": f"{start}output.LayerNorm",
            }
            state |= {f"{ours}.{end}": of[f"{it}.{end}"] for ours, it in names.items()}
        layer.load_state_dict(state)
        x = layer.train(mode=True)(x[None])[0].detach()
    return x[1:-1].numpy()
