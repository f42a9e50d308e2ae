"""The image benchmarks that query strategies are judged on, and their published settings."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.pools.images import open_images

PRESETS = ("quick", "paper", "lplgrad")
SETTINGS = "cryoal_benchmarks"


@dataclass(frozen=True)
class Benchmark:
    """A data set as people download it.

    Attributes:
        kind: what ``open_images`` calls it.
        places: where it lies below the folder that a user names, the likeliest first.
        download: the files that make it up, with what tells whole ones from broken ones.
    """

    kind: str
    places: tuple[str, ...]
    download: str


BENCHMARKS = {
    "cifar10": Benchmark(
        "CIFAR-10",
        ("cifar-10-batches-py", "cifar-10-python.tar.gz", "."),
        "cifar-10-python.tar.gz (170498071 bytes, MD5 c58f30108f718f92721af3b95e74349a)",
    ),
    "cifar100": Benchmark(
        "CIFAR-100",
        ("cifar-100-python", "cifar-100-python.tar.gz", "."),
        "cifar-100-python.tar.gz (169001437 bytes, MD5 eb9058c3a382ffc7106e4002c42a8d85)",
    ),
    "svhn": Benchmark(
        "SVHN",
        (".", "svhn", "SVHN"),
        "train_32x32.mat (182040794 bytes, MD5 e26dedcc434d2e4c54c9b2d4a06d8373) and "
        "test_32x32.mat (64275384 bytes, MD5 eb5a983be6a315427106f1b164d9cef3)",
    ),
    "caltech101": Benchmark(
        "Caltech101",
        ("101_ObjectCategories", "caltech101/101_ObjectCategories", "."),
        "101_ObjectCategories.tar.gz (131740031 bytes, MD5 b224c7392d521a49829488ab0f1120d9)",
    ),
    "imagenet": Benchmark(
        "ImageNet",
        (".",),
        "ILSVRC2012_img_train.tar (147897477120 bytes, MD5 1d675b47d978889d74fa0da5fadfb00e) and "
        "ILSVRC2012_img_val.tar (6744924160 bytes, MD5 29b22e2961454d5413ddabcf34fc5622)",
    ),
    "cityscapes": Benchmark(
        "Cityscapes",
        (".", "cityscapes"),
        "leftImg8bit_trainvaltest.zip (11592327197 bytes, MD5 0a6e97e94b616a514066c9e2adb0c97f) "
        "and gtFine_trainvaltest.zip (252567705 bytes, MD5 4237c19de34c8a376e9ba46b495d6f66)",
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
