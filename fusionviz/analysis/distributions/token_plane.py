"""Two axes to look at tokens along, and how clouds are laid upon one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ELLIPSE_SHARE = 0.95
"""Share of a Gaussian's draws that its ellipse holds."""

ELLIPSE_RADIUS = float(np.sqrt(-2 * np.log(1 - ELLIPSE_SHARE)))
"""In standard deviations: chi-squared with two degrees of freedom, √5.991."""

_LINE = 1e-6
"""Below this share of the longer half axis, a shorter one is 0: a line."""

_NOTHING = 1e-24
"""Variance up to here is rounding: tokens are equal."""

Points = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """The plane of largest variance.

    Attributes:
        origin: What is drawn at (0, 0), (channel,).
        axes: Orthonormal, (2, channel); the second is 0 where there is one channel.
        explained: Share of the variance along each axis, 0..1, (2,).
    """

    origin: Points
    axes: Points
    explained: Points

    def project(self, x: NDArray[np.floating]) -> Points:
        """Return places in the plane, (token, 2)."""
        return (np.asarray(x, np.float64) - self.origin) @ self.axes.T

    def explained_of(self, x: NDArray[np.floating], weights: Points) -> Points:
        """Return the share of the variance of some tokens along each axis, (2,)."""
        centred = x - np.average(x, axis=0, weights=weights)
        total = float((weights @ centred**2).sum())
        along = weights @ (centred @ self.axes.T) ** 2
        return along / total if total > _NOTHING else np.zeros(2)


def fit_plane(groups: Sequence[NDArray[np.floating]]) -> Plane:
    """Return the first two principal axes of groups that count alike.

    They are the largest eigenvectors of Σ_g 1/n_g Σ_i (x_gi - m)(x_gi - m)ᵀ, with m
    the mean of the groups' means: PCA in which a token of a group of n weighs 1/n.
    Each axis points to where its largest entry is positive.

    Args:
        groups: (token, channel) each, of one width; none is empty.
    """
    x = np.concatenate(groups).astype(np.float64)
    weights = even_weights(groups)
    origin = weights @ x
    _, sizes, rows = np.linalg.svd(
        np.sqrt(weights)[:, None] * (x - origin), full_matrices=False
    )
    axes, variance = np.zeros((2, x.shape[1])), np.zeros(2)
    count = min(2, len(rows))
    axes[:count], variance[:count] = rows[:count], sizes[:count] ** 2
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.where(axes[[0, 1], largest] < 0, -1.0, 1.0)[:, None]
    total = float((sizes**2).sum())
    return Plane(
        origin=origin,
        axes=axes,
        explained=variance / total if total > _NOTHING else np.zeros(2),
    )


def even_weights(groups: Sequence[NDArray[np.floating]]) -> Points:
    """Return a weight a token with which groups count alike, 1 altogether."""
    return np.concatenate(
        [np.full(len(one), 1 / len(groups) / len(one)) for one in groups]
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedCloud:
    """A cloud laid upon another of the same tokens.

    Attributes:
        places: (token, 2).
        fit: Correlation of the two, 0 (unlike) to 1 (the same shape).
    """

    places: Points
    fit: float


def turn_to_fit(places: Points, onto: Points) -> FittedCloud:
    """Return a cloud turned, mirrored, scaled and moved onto another.

    The rotation is that of least squares (orthogonal Procrustes, Schönemann 1966).
    The scale makes both clouds equally wide; that of least squares would shrink a
    cloud to a point where the two are unlike.

    Args:
        places: (token, 2).
        onto: Of the same tokens, (token, 2).
    """
    middle = onto.mean(axis=0)
    a, b = places - places.mean(axis=0), onto - middle
    u, sizes, v = np.linalg.svd(a.T @ b)
    wide, wide_onto = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if wide == 0 or wide_onto == 0:
        return FittedCloud(places=np.broadcast_to(middle, places.shape).copy(), fit=0.0)
    return FittedCloud(
        places=a @ (u @ v) * (wide_onto / wide) + middle,
        fit=float(sizes.sum() / wide / wide_onto),
    )


def ellipse_of(places: Points, count: int = 65) -> Points | None:
    """Return the ellipse that holds 95 % of a Gaussian like a cloud.

    {p : (p - m)ᵀ Σ⁻¹ (p - m) = χ²₂(0.95) = 5.991}, with Σ the sample covariance.

    Args:
        places: (token, 2).
        count: Points of the closed line that is returned, (count, 2).

    Returns:
        A straight line where all tokens lie on one; None for fewer than three tokens
        or where all are at one place.
    """
    if len(places) < 3:
        return None
    variance, axes = np.linalg.eigh(np.cov(places, rowvar=False))
    half = np.sqrt(np.maximum(variance, 0))
    reach = float(np.abs(places).max())
    if half[1] <= _LINE * max(reach, np.finfo(float).tiny):
        return None
    half[0] = 0.0 if half[0] < _LINE * half[1] else half[0]
    angle = np.linspace(0, 2 * np.pi, count)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return places.mean(axis=0) + ELLIPSE_RADIUS * (circle * half) @ axes.T
