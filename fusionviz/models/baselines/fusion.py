"""What stands between the encoders and the prediction in each baseline.

Every fusion takes the tokens of all modalities and gives tokens of all modalities back,
each at its own positions.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from fusionviz.models.alignmamba.backbone import MambaBackbone
from fusionviz.models.baselines.attention import TransformerLayer
from fusionviz.models.baselines.config import BaselineConfig

Streams = Mapping[str, Float[Tensor, "batch token channel"]]
Masks = Mapping[str, Bool[Tensor, "batch token"]]


class Fusion(Protocol):
    """Tokens of every modality to tokens of every modality."""

    def __call__(self, streams: Streams, masks: Masks) -> dict[str, Tensor]:
        """Return each modality's tokens with what it learned of the others."""


class Concatenation(nn.Module):
    """No fusion before the prediction: each modality by itself through a network.

    What belongs together meets in the predictor, which reads all modalities side by
    side.
    """

    def __init__(self, config: BaselineConfig) -> None:
        super().__init__()
        self.networks = nn.ModuleDict(
            {
                name: nn.Sequential(
                    *(_Residual(config) for _ in range(config.layers)),
                    nn.LayerNorm(config.d_model),
                )
                for name in config.names
            }
        )

    def forward(self, streams: Streams, masks: Masks) -> dict[str, Tensor]:
        """Return each modality's tokens, none of which saw another."""
        del masks
        return {name: self.networks[name](x) for name, x in streams.items()}


class SingleStream(nn.Module):
    """One Transformer over all modalities' tokens, one after another."""

    def __init__(self, config: BaselineConfig) -> None:
        super().__init__()
        self.layers = _layers(config, config.d_model, config.layers)
        self.norm = nn.LayerNorm(config.d_model)

    def forward(self, streams: Streams, masks: Masks) -> dict[str, Tensor]:
        """Return the tokens, each of which read all that are there."""
        x, there = _join(streams), _join_masks(masks, streams)
        for layer in self.layers:
            x = layer(x, there=there)
        return _part(self.norm(x), streams)


class MultiStream(nn.Module):
    """Cross-modal Transformers between every two modalities (MulT).

    Each modality reads each other one through `layers` cross-modal layers, keys and
    values from the other's encoder at every layer; what it read from all is
    concatenated, passes a Transformer of its own, and is brought back to one width
    (Tsai et al. 2019, section 3).
    """

    def __init__(self, config: BaselineConfig) -> None:
        super().__init__()
        names = config.names
        self.reading = nn.ModuleDict(
            {
                f"{target}_from_{source}": _layers(
                    config, config.d_model, config.layers
                )
                for target in names
                for source in names
                if source != target
            }
        )
        wide = (len(names) - 1) * config.d_model
        self.own = nn.ModuleDict(
            {name: _layers(config, wide, config.own_layers) for name in names}
        )
        self.down = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.LayerNorm(wide),
                    nn.Linear(wide, config.d_model),
                    nn.LayerNorm(config.d_model),
                )
                for name in names
            }
        )

    def forward(self, streams: Streams, masks: Masks) -> dict[str, Tensor]:
        """Return each modality's tokens with what they read of the others."""
        out = {}
        for target, x in streams.items():
            parts = []
            for source, read in streams.items():
                if source == target:
                    continue
                stream = x
                for layer in _module_list(self.reading[f"{target}_from_{source}"]):
                    stream = layer(stream, read, masks.get(source))
                parts.append(stream)
            wide = torch.cat(parts, dim=-1)
            for layer in _module_list(self.own[target]):
                wide = layer(wide, there=masks.get(target))
            out[target] = self.down[target](wide)
        return out


class SingleMamba(nn.Module):
    """One Mamba over all modalities' tokens, one after another, not aligned."""

    def __init__(self, config: BaselineConfig) -> None:
        super().__init__()
        self.backbone = MambaBackbone(config)

    def forward(self, streams: Streams, masks: Masks) -> dict[str, Tensor]:
        """Return the tokens, each of which read those before it."""
        out, _ = self.backbone(_join(streams), _join_masks(masks, streams))
        return _part(out, streams)


class _Residual(nn.Module):
    """A network of two layers on each token by itself, in a residual branch."""

    def __init__(self, config: BaselineConfig) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(config.d_model),
            nn.Linear(config.d_model, config.hidden),
            nn.GELU(),
            nn.Linear(config.hidden, config.d_model),
            nn.Dropout(config.dropout),
        )

    def forward(
        self, x: Float[Tensor, "batch token channel"]
    ) -> Float[Tensor, "batch token channel"]:
        return x + self.layers(x)


def make_fusion(config: BaselineConfig) -> nn.Module:
    """Return the fusion that a config names."""
    if config.fusion == "concatenation":
        return Concatenation(config)
    if config.fusion == "single-stream":
        return SingleStream(config)
    if config.fusion == "multi-stream":
        return MultiStream(config)
    return SingleMamba(config)


def _layers(config: BaselineConfig, width: int, count: int) -> nn.ModuleList:
    return nn.ModuleList(
        TransformerLayer(
            width,
            config.heads,
            config.hidden * width // config.d_model,
            config.dropout,
            config.attention,
        )
        for _ in range(count)
    )


def _module_list(module: Any) -> nn.ModuleList:  # noqa: ANN401 - of a ModuleDict
    return module


def _join(streams: Streams) -> Tensor:
    return torch.cat(list(streams.values()), dim=1)


def _join_masks(masks: Masks, streams: Streams) -> Tensor | None:
    if not masks:
        return None
    return torch.cat([masks[name] for name in streams], dim=1)


def _part(x: Tensor, streams: Streams) -> dict[str, Tensor]:
    lengths = [one.shape[1] for one in streams.values()]
    return dict(zip(streams, x.split(lengths, dim=1), strict=True))
