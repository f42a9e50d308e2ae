"""3D task models by name.

``build("compact", in_channels=1, num_classes=11, box_px=32)`` gives a ``TaskModel3D``;
``names()`` lists what there is, ``info(name)`` describes one, ``register_model`` adds another.
"""

# Importing a model's module registers it.
from models3d import cb3d, compact, densenet, dsrf3d_v2, rb3d, resnet, yopo
from models3d.registry import ModelInfo, build, info, names, register_model
from models3d.task_model import TaskModel3D

__all__ = [
    "ModelInfo",
    "TaskModel3D",
    "build",
    "cb3d",
    "compact",
    "densenet",
    "dsrf3d_v2",
    "info",
    "names",
    "rb3d",
    "register_model",
    "resnet",
    "yopo",
]
