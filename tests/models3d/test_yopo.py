"""YOPO's departure for small boxes: padded first trunk convolutions, nothing else."""

import pytest
import torch
from torch import nn

import models3d


def last_map_px(box_px: int) -> int:
    model = models3d.build("yopo", 1, 2, box_px).eval()
    seen: list[int] = []
    pool = next(m for m in model.modules() if isinstance(m, nn.AdaptiveAvgPool3d))
    handle = pool.register_forward_pre_hook(lambda _module, args: seen.append(args[0].shape[-1]))
    with torch.no_grad():
        model(torch.zeros(1, 1, box_px, box_px, box_px))
    handle.remove()
    return seen[0]


@pytest.mark.parametrize("box_px", range(24, 41))
def test_the_last_map_is_the_sources_from_32_px_and_never_under_4_px(box_px: int) -> None:
    expected = box_px - 28 if box_px >= 32 else 4 + box_px % 2
    assert last_map_px(box_px) == expected


def test_weights_of_one_box_size_fit_another() -> None:
    small, large = (models3d.build("yopo", 1, 2, box_px) for box_px in (24, 40))
    large.load_state_dict(small.state_dict())
