"""How well MANGO completes a missing modality: the guess, and draws from the flow.

Run `python -m benchmarks.completion`; `--help` says what can be chosen. On rooms that
training never saw, what lies nearest to the truth:

    mean picture   of the training rooms, pixel by pixel: knows nothing of the sample
    guess          `model.guess`, trained for the least squared error of tokens
    one draw       the end of one chain of `completion.complete`
    mean tokens    mean over chains and the later half of their steps, then decoded
    mean picture of draws   the ends of all chains decoded, then their mean
    truth, decoded the true tokens: what the codec loses, which no completion can mend
    truth with noise   the same with the noise of training on the tokens that are drawn,
                       which draws carry too: what their bits compare with

Errors are in metres for depth and in 0..1 for colours, a mean over pixels that are
measured; intervals are 95 % bootstrap over samples. Bits per dimension are those of the
joint tokens, so a guess that is more probable than the truth shows.
"""

import argparse
import json
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.side_by_side import RESULTS, report
from fusionviz.data.sets.registry import load_set
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.inputs import ImageBatch, depth_to_metres
from fusionviz.models.mango import Mango
from fusionviz.models.mango.code_length import trained_noise
from fusionviz.models.mango.completion import complete
from fusionviz.models.mango.guess_error import GuessError, guess_error, modality_rows
from fusionviz.training.metrics.intervals import Measurement, estimate
from fusionviz.whole_files import replace_file

REFINED = ("mean tokens", "mean picture of draws")


def run(
    checkpoint: str = "mango-rooms",
    *,
    samples: int = 6,
    training: int = 120,
    chains: int = 4,
    steps: int = 12,
    leaps: int = 12,
    seed: int = 0,
    missing: Sequence[str] = ("depth", "rgb"),
) -> dict[str, Any]:
    """Return the errors of every estimator, for depth from RGB and RGB from depth.

    Args:
        checkpoint: A MANGO of rgb and depth.
        samples: Test rooms.
        training: Training rooms, for the mean picture and for how the guess is off.
        chains: Draws of each sample.
        steps: Proposals of each chain.
        leaps: Leapfrog steps to a proposal.
        seed: Of the chains.
        missing: Which modalities are completed.
    """
    model = load_checkpoint(checkpoint)
    size = model.config.image_size
    known = load_set("rooms", "train", count=training, size=size)
    rooms = load_set("rooms", "test", count=samples, size=size)
    settings = {"chains": chains, "steps": steps, "leaps": leaps}
    rows = []
    for name in missing:
        error, picture = _learn(model, known, name)
        seen = []
        for index in range(samples):
            generator = torch.Generator().manual_seed(seed + index)
            batch = model.to_batch(rooms[index])
            seen.append(
                _measure(model, batch, name, error, picture, generator, settings)
            )
        rows += _rows(name, seen)
    result = report("completion", rows)
    chosen = {"training": training, "seed": seed, **settings}
    weights = {"checkpoint": checkpoint, "sha256": model.card.sha256}
    return {**result, **weights, "samples": samples, **chosen}


@torch.inference_mode()
def _learn(
    model: Mango, rooms: Sequence[Any], missing: str, at_once: int = 20
) -> tuple[GuessError, Tensor]:
    """Return how the guess is off on training rooms, and their mean picture."""
    tokens, total, count = [], torch.zeros(()), torch.zeros(())
    for start in range(0, len(rooms), at_once):
        stop = min(start + at_once, len(rooms))
        batch = model.to_batch([rooms[index] for index in range(start, stop)])
        tokens.append(model.encode(batch))
        valid = batch.valid[missing].to(model.dtype)
        total = total + (_to_units(batch[missing], missing) * valid).sum(dim=0)
        count = count + valid.sum(dim=0)
    return guess_error(model, torch.cat(tokens), missing), total / count.clamp_min(1)


@torch.inference_mode()
def _measure(
    model: Mango,
    batch: ImageBatch,
    missing: str,
    error: GuessError,
    picture: Tensor,
    generator: torch.Generator,
    settings: Mapping[str, int],
) -> dict[str, Any]:
    """Return (absolute, root square error, bits) of every estimator on one sample."""
    x = model.encode(batch)
    start = time.process_time()
    done = complete(
        model,
        x,
        missing,
        error=error,
        chains=settings["chains"],
        steps=settings["steps"],
        leaps=settings["leaps"],
        generator=generator,
    )
    seconds = time.process_time() - start
    truth, valid = _to_units(batch[missing], missing), batch.valid[missing]

    def errors(found: Tensor) -> tuple[float, float]:
        off = (found - truth)[valid.expand_as(truth)]
        return off.abs().mean().item(), off.square().mean().sqrt().item()

    def decoded(joint: Tensor) -> Tensor:
        return _to_units(model.decode(joint)[missing], missing)

    def bits(joint: Tensor) -> float:
        return model.bits_per_dim(joint).mean().item()

    rows, noisy = modality_rows(model, missing), x.clone()
    noise = torch.randn(x.shape, generator=generator).to(x)
    noisy[:, rows] += trained_noise(model) * noise[:, rows]
    draws = decoded(done.draws)
    return {
        "mean picture": (*errors(picture[None]), None),
        "guess": (*errors(decoded(done.guess)), bits(done.guess)),
        "one draw": (*errors(draws[:1]), bits(done.draws[:1])),
        "mean tokens": (*errors(decoded(done.mean)), bits(done.mean)),
        "mean picture of draws": (*errors(draws.mean(dim=0, keepdim=True)), None),
        "truth, decoded": (*errors(decoded(x)), bits(x)),
        "truth with noise": (*errors(decoded(noisy)), bits(noisy)),
        "sampling": {
            "cpu_seconds": seconds,
            "acceptance": done.acceptance,
            "disagreement": done.disagreement,
            "step_size": done.step_size,
        },
    }


def _rows(missing: str, seen: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a row an estimator, and one of how the sampling went."""
    case = "depth from rgb" if missing == "depth" else "rgb from depth"
    names = [name for name in seen[0] if name != "sampling"]
    guess = np.array([one["guess"][:2] for one in seen])
    rows: list[dict[str, Any]] = []
    for name in names:
        values = np.array([one[name][:2] for one in seen])
        row: dict[str, Any] = {"case": case, "estimator": name}
        row |= _with_interval("mae", values[:, 0])
        row |= _with_interval("rmse", values[:, 1])
        if seen[0][name][2] is not None:
            bits = np.array([one[name][2] for one in seen])
            row |= _with_interval("bits_per_dim", bits)
        if name in REFINED:
            row |= _with_interval("mae_less_than_guess", guess[:, 0] - values[:, 0])
            row |= _with_interval("rmse_less_than_guess", guess[:, 1] - values[:, 1])
            row["better_than_guess"] = float((values[:, 1] < guess[:, 1]).mean())
        rows.append(row)
    sampling = [one["sampling"] for one in seen]
    means = {
        key: _finite(float(np.mean([one[key] for one in sampling])))
        for key in sampling[0]
    }
    return [*rows, {"case": case, "estimator": "sampling", **means}]


def _with_interval(name: str, values: np.ndarray) -> dict[str, float | None]:
    """Return mean over samples, its interval, and the spread of the samples."""
    found = estimate(Measurement(values=values))
    return {
        name: found.value,
        f"{name}_low": found.low,
        f"{name}_high": found.high,
        f"{name}_spread": float(values.std()),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _to_units(image: Tensor, modality: str) -> Tensor:
    """Return metres of depth, 0..1 of colours."""
    clipped = image.clamp(-1, 1)
    return depth_to_metres(clipped) if modality == "depth" else (clipped + 1) / 2


def main() -> None:
    """Measure as asked, print a table, and write results/completion.json."""
    parser = argparse.ArgumentParser(description=(run.__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", default="mango-rooms")
    for name, value in (
        ("samples", 6),
        ("training", 120),
        ("chains", 4),
        ("steps", 12),
        ("leaps", 12),
        ("seed", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--missing", nargs="+", default=["depth", "rgb"])
    result = run(**vars(parser.parse_args()))
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1)
    replace_file(RESULTS / "completion.json", text + "\n")
    for row in result["rows"]:
        told = [
            f"{key} {row[key]:.4g}"
            for key in (
                "mae",
                "rmse",
                "bits_per_dim",
                "better_than_guess",
                "rmse_less_than_guess",
                "rmse_less_than_guess_low",
                "rmse_less_than_guess_high",
                "cpu_seconds",
                "acceptance",
                "disagreement",
            )
            if row.get(key) is not None
        ]
        print(f"{row['case']}, {row['estimator']}: " + ", ".join(told))


if __name__ == "__main__":
    main()
