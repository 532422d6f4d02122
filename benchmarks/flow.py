"""MANGO's flow against a coupling flow of zuko's with as many parameters.

Run `python -m benchmarks.flow`. Both are flows over all channels of all tokens of
rooms, as the codec of `mango-rooms` makes them, standardised. zuko's is `NICE`: affine
couplings over every second channel, a network of one hidden layer in each, whose width
is chosen so that the parameters come nearest. Rows: a pass with its log-determinant,
the inverse, a draw. Bits per dimension are of rooms that were not trained on, after
equally many steps of Adam at one learning rate; they say how quickly each learns and
not where it ends.
"""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

from benchmarks.side_by_side import compare, peers_here, report, save
from fusionviz.data.rooms import render_room
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.mango import Mango
from fusionviz.models.mango.flow import MangoFlow
from fusionviz.models.mango.joint import to_bits_per_dim

CHECKPOINT = "mango-rooms"
PEERS = {"zuko NICE": "zuko"}
TRANSFORMS = 4
LEARNING_RATE = 1e-3
BATCH = 16


def room_tokens(checkpoint: str, seeds: range) -> Tensor:
    """Return the tokens of rooms, (room, token, channel)."""
    model = cast(Mango, load_checkpoint(checkpoint, "cpu"))
    with torch.inference_mode():
        found = [model.encode(render_room(seed)) for seed in seeds]
    return torch.cat(found).clone()


def parameters_of(model: nn.Module) -> int:
    """Return how many numbers are learned."""
    return sum(one.numel() for one in model.parameters() if one.requires_grad)


def coupling_flow(features: int, parameters: int) -> nn.Module:
    """Return zuko's coupling flow with about so many parameters."""
    import zuko

    def make(hidden: int) -> nn.Module:
        return zuko.flows.NICE(
            features, transforms=TRANSFORMS, hidden_features=[hidden]
        )

    # parameters are linear in the hidden width
    one, two = parameters_of(make(1)), parameters_of(make(2))
    return make(max(1, round(1 + (parameters - one) / (two - one))))


def train(
    log_prob: Callable[[Tensor], Tensor], model: nn.Module, x: Tensor, steps: int
) -> None:
    """Train on batches of some tokens, the same ones for all."""
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    dimensions = x[0].numel()
    for _ in range(steps):
        batch = x[torch.randint(len(x), (BATCH,), generator=generator)]
        loss = -log_prob(batch).mean() / dimensions
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def run(
    checkpoint: str = CHECKPOINT,
    *,
    train_rooms: int = 256,
    test_rooms: int = 32,
    steps: int = 200,
    rounds: int = 15,
) -> dict:
    """Return a row each for a pass, the inverse and a draw."""
    (peer,), missing = peers_here(PEERS)
    known = room_tokens(checkpoint, range(10_000, 10_000 + train_rooms))
    fresh = room_tokens(checkpoint, range(90_000, 90_000 + test_rooms))
    mean, deviation = known.mean(dim=0), known.std(dim=0) + 1e-3
    known, fresh = (known - mean) / deviation, (fresh - mean) / deviation
    shape, features = known.shape[1:], known[0].numel()

    torch.manual_seed(0)
    config = cast(Mango, load_checkpoint(checkpoint, "cpu")).config
    ours = MangoFlow(config).train()
    with torch.no_grad():
        ours.initialise(known[:BATCH])
    theirs: Any = coupling_flow(features, parameters_of(ours))

    def our_log_prob(x: Tensor) -> Tensor:
        z, log_det = ours(x)
        normal = torch.distributions.Normal(0.0, 1.0)
        return normal.log_prob(z).sum(dim=(1, 2)) + log_det

    def their_log_prob(x: Tensor) -> Tensor:
        return theirs().log_prob(x.flatten(1))

    train(our_log_prob, ours, known, steps)
    train(their_log_prob, theirs, known, steps)
    ours.eval(), theirs.eval()
    with torch.inference_mode():
        said = {
            "steps": steps,
            "ours_parameters": parameters_of(ours),
            "peer_parameters": parameters_of(theirs),
            "ours_bits_per_dim": _bits(our_log_prob, fresh),
            "peer_bits_per_dim": _bits(their_log_prob, fresh),
        }
        x = fresh[:1]
        z, transform = torch.randn(1, *shape), theirs().transform
        pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "forward with log-determinant": (
                lambda: our_log_prob(x),
                lambda: their_log_prob(x),
            ),
            "inverse": (
                lambda: ours.inverse(z),
                lambda: transform.inv(z.flatten(1)),
            ),
            "draw": (
                lambda: ours.inverse(torch.randn(1, *shape)),
                lambda: theirs().sample((1,)),
            ),
        }
        rows = [
            compare(f"{case}, batch 1", mine, peer, other, rounds=rounds, **said)
            for case, (mine, other) in pairs.items()
        ]
    return report("flow", rows, "zuko", left_out=missing)


def _bits(log_prob: Callable[[Tensor], Tensor], x: Tensor) -> float:
    return float(to_bits_per_dim(log_prob(x), x).mean())


if __name__ == "__main__":
    save(run())
