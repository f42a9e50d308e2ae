"""The files that the image data sets are downloaded as."""

from __future__ import annotations

from cryoal.pools.images.official_file import OfficialFile

CIFAR10 = OfficialFile("cifar-10-python.tar.gz", 170_498_071, "c58f30108f718f92721af3b95e74349a")
CIFAR100 = OfficialFile("cifar-100-python.tar.gz", 169_001_437, "eb9058c3a382ffc7106e4002c42a8d85")
SVHN_TRAIN = OfficialFile("train_32x32.mat", 182_040_794, "e26dedcc434d2e4c54c9b2d4a06d8373")
SVHN_TEST = OfficialFile("test_32x32.mat", 64_275_384, "eb5a983be6a315427106f1b164d9cef3")
CALTECH101 = OfficialFile(
    "101_ObjectCategories.tar.gz", 131_740_031, "b224c7392d521a49829488ab0f1120d9"
)
IMAGENET_TRAIN = OfficialFile(
    "ILSVRC2012_img_train.tar", 147_897_477_120, "1d675b47d978889d74fa0da5fadfb00e"
)
IMAGENET_VAL = OfficialFile(
    "ILSVRC2012_img_val.tar", 6_744_924_160, "29b22e2961454d5413ddabcf34fc5622"
)
CITYSCAPES_IMAGES = OfficialFile(
    "leftImg8bit_trainvaltest.zip", 11_592_327_197, "0a6e97e94b616a514066c9e2adb0c97f"
)
CITYSCAPES_MASKS = OfficialFile(
    "gtFine_trainvaltest.zip", 252_567_705, "4237c19de34c8a376e9ba46b495d6f66"
)
