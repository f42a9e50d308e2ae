"""Commands that only look at a run load nothing that trains."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "cryoal.pools",
    "cryoal.strategies",
    "h5py",
    "models2d",
    "models3d",
    "napari",
    "pandas",
    "sklearn",
)


def test_the_queue_of_a_run_loads_nothing_that_trains() -> None:
    code = (
        "import sys, cryoal_cli.queue, cryoal.labelling.run_source; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
