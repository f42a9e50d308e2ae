"""How much memory a process held at most, over one piece of work."""

from __future__ import annotations

import ctypes
from pathlib import Path

PROCESS = Path("/proc/self")


def forget_peak() -> None:
    """Count the peak from now on; does nothing where the system cannot (any but Linux).

    Memory that is free already but kept for later is given back first: it is no part of what
    comes now.
    """
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        (PROCESS / "clear_refs").write_text("5")
    except OSError:
        return


def peak_memory_mb() -> float | None:
    """Largest resident memory of this process since ``forget_peak``, in 10^6 bytes.

    All of the process counts, Python and torch themselves included (some 500 MB). None where the
    system does not tell.
    """
    try:
        lines = (PROCESS / "status").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return None
