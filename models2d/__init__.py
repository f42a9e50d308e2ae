"""2D task models by name, for the image benchmarks that query strategies are judged on.

``build("resnet18-cifar", in_channels=3, num_classes=10, size_px=32)`` gives an ``ImageModel``:
a ``TaskModel2D`` or a ``SegmentationModel2D``, as ``info(name).task`` says. ``names()`` lists
what there is, ``register_model`` adds another.
"""

# Importing a model's module registers it.
from models2d import compact, compact_segmentation, drn_d_22, resnet18, vgg16
from models2d.registry import ModelInfo, build, info, names, register_model
from models2d.task_model import ImageModel, SegmentationModel2D, TaskModel2D

__all__ = [
    "ImageModel",
    "ModelInfo",
    "SegmentationModel2D",
    "TaskModel2D",
    "build",
    "compact",
    "compact_segmentation",
    "drn_d_22",
    "info",
    "names",
    "register_model",
    "resnet18",
    "vgg16",
]
