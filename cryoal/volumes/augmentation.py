"""Random views of a subtomogram that leave its class, its hand and its missing wedge alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# Signs along (z, y, x) of the rotations by 0 and by 180 degrees about each axis. A single-axis
# tilt series has a wedge symmetric under all four; none of them is a mirror (the product of the
# signs is +1), so handedness stays.
WEDGE_ROTATIONS = torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])

COPIES_SEED = 2026
"""Of the rotations that prediction averages over: the same for all items, runs and machines."""


@dataclass(frozen=True)
class VolumeAugmentation:
    """Draws, for every item of a batch on its own, a rotation, a shift and added noise.

    Args:
        rotations: ``wedge`` takes one of the four rotations that map a single-axis missing wedge
            onto itself; ``any`` takes a uniform random rotation (trilinear), which turns the
            wedge too and yet teaches more (docs/recipe.md); ``none``.
        shift_px: shifts are integers drawn from [-shift_px, shift_px] along each axis; what leaves
            the box comes back on the other side, so that noise statistics stay as they are.
        noise_std: white noise with a standard deviation drawn from [0, noise_std] per item, in
            units of the item's own standard deviation (items come normalised).
    """

    rotations: str = "any"
    shift_px: int = 2
    noise_std: float = 1.0

    def __call__(self, batch: Tensor, generator: torch.Generator) -> Tensor:
        """Augmented copy of ``batch`` (B, C, D, H, W), drawn on the batch's device."""
        if self.rotations == "any":
            batch = rotate(batch, random_rotations(len(batch), generator))
        batch = self.flip_and_shift(batch, generator)
        if self.noise_std > 0:
            batch = add_noise(batch, self.noise_std, generator)
        return batch

    @property
    def copies(self) -> int | None:
        """How many different turned copies of an item there are; None for any number."""
        return {"none": 1, "wedge": len(WEDGE_ROTATIONS), "any": None}[self.rotations]

    def turned(self, batch: Tensor, copy: int) -> Tensor:
        """Items as training shows them, with neither shift nor noise nor chance.

        A network that learnt from turned volumes, smoothed by the interpolation and with their
        wedge anywhere, knows volumes as they lie in the file less well.

        Args:
            batch: (B, C, D, H, W).
            copy: which; every item is turned alike, and copy 0 of ``none`` and ``wedge`` is the
                item itself.
        """
        if self.rotations == "any":
            rotations = random_rotations(copy + 1, torch.Generator().manual_seed(COPIES_SEED))
            return rotate(batch, rotations[copy].to(batch.device).expand(len(batch), 3, 3))
        if self.rotations == "none" or copy == 0:
            return batch
        axes = [axis for axis, sign in enumerate(WEDGE_ROTATIONS[copy].tolist(), 2) if sign < 0]
        return batch.flip(axes)

    def flip_and_shift(self, batch: Tensor, generator: torch.Generator) -> Tensor:
        """One gather serves both: along each axis an item is read at a permuted index."""
        device, count = batch.device, len(batch)
        signs = torch.ones(count, 3, dtype=torch.long, device=device)
        if self.rotations == "wedge":
            choice = torch.randint(4, (count,), generator=generator, device=device)
            signs = WEDGE_ROTATIONS.to(device)[choice]
        span = 2 * self.shift_px + 1
        shifts = torch.randint(span, (count, 3), generator=generator, device=device)
        return gather_axes(batch, signs, shifts - self.shift_px)


def gather_axes(batch: Tensor, signs: Tensor, shifts: Tensor) -> Tensor:
    """Flip each item along the axes whose sign is -1, then roll it by ``shifts``.

    Args:
        batch: (B, C, D, H, W).
        signs: (B, 3) of 1 and -1, for z, y, x.
        shifts: (B, 3) whole voxels.
    """
    items = torch.arange(len(batch), device=batch.device)[:, None, None, None]
    index = []
    for axis, length in enumerate(batch.shape[2:]):
        place = torch.arange(length, device=batch.device)[None] - shifts[:, axis, None]
        place = place % length
        place = torch.where(signs[:, axis, None] < 0, length - 1 - place, place)
        shape = [len(batch), 1, 1, 1]
        shape[axis + 1] = length
        index.append(place.view(shape))
    channels_last = batch.movedim(1, -1)[items, index[0], index[1], index[2]]
    return channels_last.movedim(-1, 1).contiguous()


def add_noise(batch: Tensor, noise_std: float, generator: torch.Generator) -> Tensor:
    """Add white noise whose standard deviation is drawn per item from [0, noise_std]."""
    shape = (len(batch),) + (1,) * (batch.ndim - 1)
    level = noise_std * torch.rand(shape, generator=generator, device=batch.device)
    noise = torch.randn(batch.shape, generator=generator, device=batch.device)
    return batch + level * noise.to(batch.dtype)


def random_rotations(count: int, generator: torch.Generator) -> Tensor:
    """Uniform random rotation matrices (count, 3, 3), from normalised Gaussian quaternions."""
    device = generator.device
    quaternion = F.normalize(torch.randn(count, 4, generator=generator, device=device), dim=1)
    w, x, y, z = quaternion.unbind(1)
    rows = [
        torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], 1),
        torch.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], 1),
        torch.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], 1),
    ]
    return torch.stack(rows, 1)


def rotate(batch: Tensor, matrices: Tensor) -> Tensor:
    """Turn each item about its centre, trilinear; (B, C, D, H, W) and (B, 3, 3).

    Matrices act on (x, y, z) column vectors, as ``torch.nn.functional.affine_grid`` takes them;
    the box is padded by its edge values where the turned corners lie outside.
    """
    theta = torch.cat([matrices, matrices.new_zeros(len(batch), 3, 1)], dim=2).to(batch.dtype)
    grid = F.affine_grid(theta, list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, padding_mode="border", align_corners=False)
