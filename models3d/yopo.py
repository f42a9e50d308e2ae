"""``yopo``: the four-scale network that DISCA's authors use."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from models3d.registry import register_model
from models3d.task_model import TaskModel3D

STACKS = {  # kernel edge: channels after each convolution; every stack shortens the box by 12
    3: (4, 5, 6, 7, 8, 9),
    4: (3, 4, 5, 6),
    5: (2, 3, 4),
    7: (1, 2),
}
TRUNK = (10, 11, 12, 13, 14, 15, 16, 17)
SOURCE_BOX_PX = 32


def _unit(in_channels: int, out_channels: int, kernel: int, padding: int = 0) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(in_channels, out_channels, kernel, padding=padding),
        nn.ELU(),
        nn.BatchNorm3d(out_channels),
    )


@register_model(
    "yopo",
    description="Four parallel kernel sizes, then eight thin convolutions, 0.06 M parameters",
    source="Zeng et al. 2023, PNAS (DISCA), the YOPO classifier",
)
class YOPO(TaskModel3D):
    """Four stacks of valid convolutions side by side, eight more on top, global average pool.

    Every convolution is followed by ELU and BatchNorm. The stacks have kernels 3, 4, 5 and 7,
    and all shorten the box by 12 voxels, so their outputs concatenate to 21 channels. The
    trunk's eight 3x3x3 convolutions have 10 to 17 channels; the embedding is the mean of the
    last 17.

    Departs from the source: valid convolutions shorten the box by 28 voxels in all, so under
    32 px the first ``ceil((32 - box_px) / 2)`` convolutions of the trunk are padded by one
    voxel, and the last feature map is 4 or 5 voxels wide, where the source's at 32 px has 4. The
    parameters are the same for every box. Weights are torch's defaults: BatchNorm follows every
    convolution.
    """

    def __init__(self, in_channels: int, num_classes: int, box_px: int) -> None:
        super().__init__(embedding_size=TRUNK[-1], num_classes=num_classes)
        self.stacks = nn.ModuleList(
            nn.Sequential(
                *(
                    _unit(before, after, kernel)
                    for before, after in pairwise((in_channels, *widths))
                )
            )
            for kernel, widths in STACKS.items()
        )
        concatenated = sum(widths[-1] for widths in STACKS.values())
        padded = max(0, SOURCE_BOX_PX - box_px + 1) // 2
        self.trunk = nn.Sequential(
            *(
                _unit(before, after, kernel=3, padding=int(position < padded))
                for position, (before, after) in enumerate(pairwise((concatenated, *TRUNK)))
            ),
            nn.AdaptiveAvgPool3d(1),
            nn.Flatten(),
        )

    def embed(self, x: Tensor) -> Tensor:
        embedding: Tensor = self.trunk(torch.cat([stack(x) for stack in self.stacks], dim=1))
        return embedding
