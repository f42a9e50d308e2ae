"""What a run on another task than it was made for would stumble over, told before it begins."""

from __future__ import annotations

import models2d
from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.learning.task_model import VOLUME_AXES, model_names
from cryoal.pools import Pool
from cryoal.runs.settings import RunSettings
from cryoal.strategies import Need

_OF_AN_ITEM = "it goes by one posterior of an item, and here each pixel has its own"
NOT_OF_PIXELS = {
    Need.EXPECTED_GRADNORM: (
        "its loss runs over all labellings of an image, classes to the power of pixels, which "
        "nobody can compute (Wang et al., AAAI 2022, A.4); 'entropy' needs none of them"
    ),
    Need.EGL_GRADNORM: (
        "its sum runs over all labellings of an image, classes to the power of pixels, which "
        "nobody can compute"
    ),
    Need.PROBABILITIES: _OF_AN_ITEM,
    Need.DROPOUT_SAMPLES: _OF_AN_ITEM,
    Need.COMPANION: "what it trains beside the model learns from one class an item",
    Need.WORKSHOP: "the models that it trains itself learn from one class an item",
}
"""Why a strategy that needs this cannot choose images for segmentation; other needs are met."""


def check_task(settings: RunSettings, pool: Pool) -> None:
    """Refuse a model, a scheme or settings that are not for the pool's task.

    Raises:
        CryoalError: names what, and what to give instead.
    """
    check_model_task(settings, pool)
    if pool.task == "segmentation":
        check_scheme(settings.scheme)
        check_of_pixels(settings)


def check_model_task(settings: RunSettings, pool: Pool) -> None:
    names = model_names(pool.item_shape, pool.task)
    if settings.model in names:
        return
    item = "volume" if len(pool.item_shape) == VOLUME_AXES else "image"
    what = f"each pixel of an {item}" if pool.task == "segmentation" else f"each {item}"
    raise CryoalError(
        f"model '{settings.model}' does not give {what} a class, which {settings.data} is for; "
        f"give --model with one of {', '.join(names)}"
    )


def check_scheme(name: str) -> None:
    """Refuse a scheme that needs what a model of pixels does not give.

    Raises:
        CryoalError: says why, and which schemes there are.
    """
    reasons = reasons_against(name)
    if reasons:
        able = [other for other in strategies.names() if not reasons_against(other)]
        raise CryoalError(
            f"scheme '{name}' is not for segmentation: {reasons[0]}; give --scheme with one of "
            f"{', '.join(able)}"
        )


def reasons_against(name: str) -> list[str]:
    needs = strategies.get(name).strategy.needs
    return [reason for need, reason in NOT_OF_PIXELS.items() if need in needs]


def check_of_pixels(settings: RunSettings) -> None:
    """Refuse settings that are about classes of whole items.

    Raises:
        CryoalError: names the setting.
    """
    recipe = settings.recipe
    if settings.self_train:
        raise CryoalError("--self-train: a teacher gives one class an item, not one a pixel")
    if settings.label_noise:
        raise CryoalError("label_noise: is for one class an item, not one a pixel; leave it out")
    if settings.grad_scope == "head":
        raise CryoalError(
            "--grad-scope head: is for a linear last layer, and that of a segmentation model is a "
            "convolution; give all"
        )
    if recipe.class_weights != "none":
        raise CryoalError(
            f"recipe.class_weights: {recipe.class_weights}: is for one class an item; give none"
        )
    smallest = models2d.info(settings.model).min_size_px
    crop_px = recipe.augmentation.crop_px
    if crop_px is not None and crop_px < smallest:
        raise CryoalError(
            f"recipe.augmentation.crop_px: model '{settings.model}' takes {smallest} px or more"
        )
