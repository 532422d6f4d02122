"""How well MANGO completes a missing modality: the guess, and draws from the flow.

Run `python -m benchmarks.completion`; `--help` says what can be chosen. On samples that
training never saw, rooms or those of another set, what lies nearest to the truth:

    mean picture   of training samples, pixel by pixel: knows nothing of the sample
    guess          `model.guess`, trained for the least squared error of tokens
    one draw       the end of one chain of `completion.complete`
    mean tokens    mean over chains and the later half of their steps, then decoded
    mean picture of draws   the ends of all chains decoded, then their mean
    truth, decoded the true tokens: what the codec loses, which no completion can mend
    truth with noise   the same with the noise of training on the tokens that are drawn,
                       which draws carry too: what their bits compare with

Errors are in metres for depth and in 0..1 for colours, a mean over pixels that are
measured; intervals are 95 % bootstrap over units, as runs of photographs. With no
chains nothing is drawn, and many samples can be measured. Bits per dimension are those
of the joint tokens, so a guess that is more probable than the truth shows.
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
from fusionviz.data.sets.units import units_of
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
    data: str = "rooms",
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
        data: The set that samples are of.
        samples: Test samples: the first ones.
        training: Training samples, for the mean picture and for how the guess is off.
        chains: Draws of each sample; 0 for none.
        steps: Proposals of each chain.
        leaps: Leapfrog steps to a proposal.
        seed: Of the chains.
        missing: Which modalities are completed.
    """
    model = load_checkpoint(checkpoint)
    known = _load(model, data, "train", training)
    tested = _load(model, data, "test", samples)
    units = units_of(tested)
    settings = {"chains": chains, "steps": steps, "leaps": leaps}
    rows = []
    for name in missing:
        error, picture = _learn(model, known, name)
        seen = []
        for index, sample in enumerate(tested):
            generator = torch.Generator().manual_seed(seed + index)
            batch = model.to_batch(sample)
            seen.append(
                _measure(model, batch, name, error, picture, generator, settings)
            )
        rows += _rows(name, seen, units)
    result = report("completion", rows)
    chosen = {"training": training, "seed": seed, **settings}
    weights = {"checkpoint": checkpoint, "sha256": model.card.sha256}
    told = {"data": data, "samples": len(tested), "units": len(set(units))}
    return {**result, **weights, **told, **chosen}


def _load(model: Mango, data: str, split: str, count: int) -> Sequence[Any]:
    """Return the first samples of a split."""
    if data == "rooms":
        return load_set(data, split, count=count, size=model.config.image_size)
    return load_set(data, split)[:count]


@torch.inference_mode()
def _learn(
    model: Mango, samples: Sequence[Any], missing: str, at_once: int = 20
) -> tuple[GuessError, Tensor]:
    """Return how the guess is off on training samples, and their mean picture."""
    tokens, total, count = [], torch.zeros(()), torch.zeros(())
    for start in range(0, len(samples), at_once):
        batch = model.to_batch(samples[start : start + at_once])
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
    truth, valid = _to_units(batch[missing], missing), batch.valid[missing]

    def errors(found: Tensor) -> tuple[float, float]:
        off = (found - truth)[valid.expand_as(truth)]
        return off.abs().mean().item(), off.square().mean().sqrt().item()

    def decoded(joint: Tensor) -> Tensor:
        return _to_units(model.decode(joint)[missing], missing)

    def bits(joint: Tensor) -> float:
        return model.bits_per_dim(joint).mean().item()

    guess = model.guess(x, missing)
    found: dict[str, Any] = {
        "mean picture": (*errors(picture[None]), None),
        "guess": (*errors(decoded(guess)), bits(guess)),
    }
    if settings["chains"]:
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
        draws = decoded(done.draws)
        found |= {
            "one draw": (*errors(draws[:1]), bits(done.draws[:1])),
            "mean tokens": (*errors(decoded(done.mean)), bits(done.mean)),
            "mean picture of draws": (*errors(draws.mean(dim=0, keepdim=True)), None),
            "sampling": {
                "cpu_seconds": seconds,
                "acceptance": done.acceptance,
                "disagreement": done.disagreement,
                "step_size": done.step_size,
            },
        }
    rows, noisy = modality_rows(model, missing), x.clone()
    noise = torch.randn(x.shape, generator=generator).to(x)
    noisy[:, rows] += trained_noise(model) * noise[:, rows]
    return found | {
        "truth, decoded": (*errors(decoded(x)), bits(x)),
        "truth with noise": (*errors(decoded(noisy)), bits(noisy)),
    }


def _rows(
    missing: str, seen: Sequence[Mapping[str, Any]], units: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a row an estimator, and one of how the sampling went, if any was."""
    case = "depth from rgb" if missing == "depth" else "rgb from depth"
    names = [name for name in seen[0] if name != "sampling"]
    guess = np.array([one["guess"][:2] for one in seen])
    rows: list[dict[str, Any]] = []
    for name in names:
        values = np.array([one[name][:2] for one in seen])
        row: dict[str, Any] = {"case": case, "estimator": name}
        row |= _with_interval("mae", values[:, 0], units)
        row |= _with_interval("rmse", values[:, 1], units)
        if seen[0][name][2] is not None:
            bits = np.array([one[name][2] for one in seen])
            row |= _with_interval("bits_per_dim", bits, units)
        if name in REFINED:
            less = guess - values
            row |= _with_interval("mae_less_than_guess", less[:, 0], units)
            row |= _with_interval("rmse_less_than_guess", less[:, 1], units)
            row["better_than_guess"] = float((values[:, 1] < guess[:, 1]).mean())
        rows.append(row)
    sampling = [one["sampling"] for one in seen if "sampling" in one]
    if not sampling:
        return rows
    means = {
        key: _finite(float(np.mean([one[key] for one in sampling])))
        for key in sampling[0]
    }
    return [*rows, {"case": case, "estimator": "sampling", **means}]


def _with_interval(
    name: str, values: np.ndarray, units: Sequence[str]
) -> dict[str, float | None]:
    """Return mean over samples, its interval, and the spread of the samples."""
    found = estimate(Measurement(values=values), units=units)
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
    """Measure as asked, print a table, and write results/completion[-DATA].json."""
    parser = argparse.ArgumentParser(description=(run.__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", default="mango-rooms")
    parser.add_argument("--data", default="rooms")
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
    of_data = "" if result["data"] == "rooms" else f"-{result['data']}"
    replace_file(RESULTS / f"completion{of_data}.json", text + "\n")
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
