"""One tomogram from the recipe: specimen, tilt images, noise levels and reconstructions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch

from cryoal.errors import CryoalError
from cryoal.simulation.boxes import BoxAt, draw_boxes
from cryoal.simulation.camera import Camera
from cryoal.simulation.density import Volume
from cryoal.simulation.detector import Detector
from cryoal.simulation.own_signal import own_signals
from cryoal.simulation.projection import Projector
from cryoal.simulation.reconstruction import Reconstructor, cheapest_tile_px
from cryoal.simulation.specimen import Placed, Specimen
from cryoal.simulation.specimen_drawing import SpecimenDrawer
from cryoal.simulation.tomogram_recipe import TomogramRecipe

Box = npt.NDArray[np.float32]
_MEMBRANE_BLOCK_PX = 32
_TOLD_AFTER = 50  # objects


class TomogramMaker:
    """Makes the tomograms of one recipe.

    Raises:
        CryoalError: as :class:`SpecimenDrawer`, or no such device.
    """

    def __init__(self, recipe: TomogramRecipe) -> None:
        self.recipe = recipe
        self.drawer = SpecimenDrawer(recipe)
        self.device = _device(recipe.device)

    def make(self, index: int, tick: Callable[[float], None] = lambda _: None) -> MadeTomogram:
        """Tomogram ``index``, from 0; ``tick`` is told the share of its images that is done."""
        recipe = self.recipe
        generator = np.random.default_rng([recipe.seed, 3, index])
        specimen = self.drawer.draw(index)
        camera = Camera(
            recipe.size_px,
            recipe.voxel_size_A,
            recipe.tilts,
            recipe.optics,
            float(generator.uniform(*recipe.optics.defocus_um)),
            self.device,
        )
        boxes = draw_boxes(recipe, specimen, generator)
        images = project(specimen, camera, tick)
        detector = Detector(camera, recipe.slab_px() * recipe.voxel_size_A)
        noise = detector.noise(images, generator)
        stacks = torch.stack([detector.blur(images), detector.blur(noise)])
        return MadeTomogram(recipe, specimen, camera, detector.electrons, boxes, stacks)


class MadeTomogram:
    """A tomogram's images, and what can be made of them at any noise level.

    The signal-to-noise ratio of a particle is that of :class:`Simulator`: the variance of its own
    signal over the variance of the noise, both over its box of ``box_px`` voxels, as it is
    reconstructed: after lens, dose, detector, back-projection and correction of the transfer
    function. What else lies in the box, neighbours with a label too, is neither signal nor noise.
    The tomogram has one noise level, so small particles have lower ratios than large ones; it is
    set so that the mean over all particles is the asked one, which it is exactly, as
    reconstruction is linear. That level is a factor to the counting noise of the recipe's dose: a
    factor f makes the noise of a dose of 1 / f^2 of it.

    Attributes:
        specimen, camera: what was imaged, and how.
        boxes: of particles, in the specimen's order, then of junk.
        ratios: (particles, 2) signal over noise at factor 1, over the box and over the
            particle's mask in it.
    """

    def __init__(
        self,
        recipe: TomogramRecipe,
        specimen: Specimen,
        camera: Camera,
        electrons: Volume,
        boxes: list[BoxAt],
        stacks: torch.Tensor,
    ) -> None:
        self.recipe = recipe
        self.specimen = specimen
        self.camera = camera
        self.boxes = boxes
        self._electrons = electrons
        self._stacks = stacks  # (2, n, height, width): all there is, counting noise
        self._sign = 1.0 if recipe.contrast == "bright" else -1.0
        self._reconstructor = Reconstructor(camera, recipe.box_px, recipe.correction)
        self.ratios = self._measured()

    def noise_factor(self, snr: float) -> float:
        """What the counting noise is multiplied by for a mean ratio of ``snr``."""
        return math.sqrt(float(self.ratios[:, 0].mean()) / snr)

    def subtomograms(self) -> Iterator[tuple[BoxAt, dict[float, Box]]]:
        """Every box, (box, box, box) zyx at mean 0 and standard deviation 1, at every SNR."""
        picks = np.array([box.pick_px for box in self.boxes])
        parts = self._reconstructor.boxes(self._stacks, picks)
        for box, (signal, noise) in zip(self.boxes, parts, strict=True):
            yield box, {snr: self._mixed(signal, noise, snr) for snr in self.recipe.snrs}

    def volumes(self) -> Iterator[tuple[float, Box]]:
        """(SNR, whole tomogram (z, y, x)) at mean 0 and standard deviation 1."""
        width, height, depth = self.recipe.size_px
        shape = (depth, height, width)
        tiles = Reconstructor(self.camera, cheapest_tile_px(shape), self.recipe.correction)
        signal, noise = tiles.volume(self._stacks, shape)
        for snr in self.recipe.snrs:
            yield snr, self._mixed(signal, noise, snr)

    def counts(self) -> Iterator[tuple[float, Box]]:
        """(SNR, tilt images (n, height, width)) in electrons a pixel."""
        electrons = torch.as_tensor(self._electrons, dtype=torch.float32)[:, None, None]
        signal, noise = self._stacks
        for snr in self.recipe.snrs:
            images = (1 + signal + self.noise_factor(snr) * noise).cpu() * electrons
            yield snr, images.numpy()

    def _measured(self) -> Volume:
        particles = self.specimen.particles
        boxes = self.boxes[: len(particles)]
        picks = np.array([box.pick_px for box in boxes])
        signals = own_signals(particles, picks, self._reconstructor)
        noises = self._reconstructor.boxes(self._stacks[1:], picks)
        ratios = np.empty((len(particles), 2))
        everything = zip(boxes, particles, signals, noises, strict=True)
        for at, (box, particle, signal, (noise,)) in enumerate(everything):
            mask = particle.template.mask_in_box(box.rotation, box.shift_px, self.recipe.box_px)
            for column, where in enumerate((np.ones_like(mask), mask)):
                ratios[at, column] = _variance(signal[where]) / _variance(noise[where])
        return ratios

    def _mixed(self, signal: Box, noise: Box, snr: float) -> Box:
        mixed: Box = noise * np.float32(self.noise_factor(snr))
        mixed += signal
        mixed -= mixed.mean(dtype=np.float64)
        mixed *= self._sign / mixed.std(dtype=np.float64)
        return mixed


def _variance(voxels: Box) -> float:
    return float(voxels.var(dtype=np.float64))


def project(
    specimen: Specimen, camera: Camera, tick: Callable[[float], None] = lambda _: None
) -> torch.Tensor:
    """Tilt images (n, height, width) of all there is."""
    projector = Projector(camera)
    total = torch.zeros(camera.stack_shape, device=camera.device)
    _project_placed(projector, total, specimen.particles, lambda share: tick(0.5 * share))
    others = [*specimen.gold, *specimen.ice, *specimen.background]
    _project_placed(projector, total, others, lambda share: tick(0.5 + 0.3 * share))
    for number, vesicle in enumerate(specimen.vesicles, start=1):
        for cube, place in vesicle.blocks(_MEMBRANE_BLOCK_PX, camera.size_px):
            projector.add(total, projector.prepare(cube), np.eye(3)[None], place[None])
        tick(0.8 + 0.2 * number / len(specimen.vesicles))
    return total


def _project_placed(
    projector: Projector,
    stack: torch.Tensor,
    objects: Sequence[Placed],
    tick: Callable[[float], None],
) -> None:
    kinds: dict[int, list[Placed]] = {}
    for one in objects:
        kinds.setdefault(id(one.template), []).append(one)
    done = 0
    for alike in kinds.values():
        prepared = projector.prepare(alike[0].template.voxels)
        for start in range(0, len(alike), _TOLD_AFTER):
            part = alike[start : start + _TOLD_AFTER]
            turns = np.array([one.rotation.as_matrix() for one in part])
            projector.add(stack, prepared, turns, np.array([one.place_px for one in part]))
            done += len(part)
            tick(done / len(objects))


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise CryoalError(f"device {name!r}: not there on this machine; use cpu") from error
    return device
