"""The image benchmarks that query strategies are judged on, and their published settings."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.pools.images import downloads, open_images

PRESETS = ("quick", "paper", "lplgrad")
SETTINGS = "cryoal_benchmarks"


@dataclass(frozen=True)
class Benchmark:
    """A data set as people download it.

    Attributes:
        kind: what ``open_images`` calls it.
        places: where it lies below the folder that a user names, the likeliest first.
        download: what makes it up, with what tells whole files from broken ones.
    """

    kind: str
    places: tuple[str, ...]
    download: str


BENCHMARKS = {
    "cifar10": Benchmark(
        "CIFAR-10",
        ("cifar-10-batches-py", "cifar-10-python.tar.gz", "."),
        str(downloads.CIFAR10),
    ),
    "cifar100": Benchmark(
        "CIFAR-100",
        ("cifar-100-python", "cifar-100-python.tar.gz", "."),
        str(downloads.CIFAR100),
    ),
    "svhn": Benchmark(
        "SVHN",
        (".", "svhn", "SVHN"),
        f"{downloads.SVHN_TRAIN} and {downloads.SVHN_TEST}",
    ),
    "caltech101": Benchmark(
        "Caltech101",
        ("101_ObjectCategories", "caltech101/101_ObjectCategories", "."),
        str(downloads.CALTECH101),
    ),
    "imagenet": Benchmark(
        "ImageNet",
        (".",),
        f"{downloads.IMAGENET_TRAIN} and {downloads.IMAGENET_VAL}",
    ),
    "cityscapes": Benchmark(
        "Cityscapes",
        (".", "cityscapes"),
        f"{downloads.CITYSCAPES_IMAGES} and {downloads.CITYSCAPES_MASKS}",
    ),
    "camvid": Benchmark(
        "CamVid",
        (".", "CamVid", "camvid"),
        "CamVid with the 11 classes of the SegNet tutorial, in folders train, val and test",
    ),
}


def find_benchmark(name: str, root: Path) -> Path:
    """Where the data set ``name`` lies in ``root``.

    Raises:
        CryoalError: it does not, and what to download; or it is damaged.
    """
    wanted = BENCHMARKS[name]
    for place in wanted.places:
        path = root / place
        if path.exists():
            pool = open_images(path)
            if pool is not None and pool.kind == wanted.kind:
                return path
    raise CryoalError(f"{root}: holds no {wanted.kind}; download {wanted.download}, and unpack it")


def settings_file(name: str, preset: str) -> Path:
    """The YAML file with the settings of a benchmark.

    Raises:
        CryoalError: nobody published such settings; names those that there are.
    """
    folder = Path(str(files(SETTINGS)))
    path = folder / f"{name}-{preset}.yaml"
    if path.is_file():
        return path
    there = [one for one in PRESETS if (folder / f"{name}-{one}.yaml").is_file()]
    raise CryoalError(f"--preset {preset}: not for {name}; give {' or '.join(there)}")
