"""``python -m cryoal_cli`` is ``cryoal``."""

from __future__ import annotations

from . import main

main()
