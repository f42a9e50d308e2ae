"""An oracle that errs: labels of which some are wrong on purpose."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from cryoal.pools.pool import Pool


def with_wrong_answers(pool: Pool, chance: float, seed: int) -> npt.NDArray[np.int64]:
    """Labels (N,) of ``pool``, each with ``chance`` that of another class, all classes alike.

    What is said of an item hangs on its name and the seed alone, so that two schemes are told the
    same; an answer that is wrong at one chance is wrong in the same way at every higher one.
    Unknown labels (-1) stay so.
    """
    labels = pool.labels.copy()
    others = len(pool.classes) - 1
    if chance == 0 or others < 1:
        return labels
    for at in np.flatnonzero(labels >= 0).tolist():
        name = f"{seed}/{pool.ids[at]}".encode("utf-8", "surrogateescape")
        # The upper 53 bits, which a float holds exactly.
        bits = np.frombuffer(hashlib.sha256(name).digest(), ">u8")[:2] >> 11
        luck, step = bits / 2**53
        if luck < chance:
            labels[at] = (labels[at] + 1 + int(step * others)) % len(pool.classes)
    return labels
