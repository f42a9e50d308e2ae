"""Why an item is not an annotator's to answer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from cryoal.runs.label_store import CLAIM_SECONDS


def why_taken(answered: Sequence[str], held: Mapping[str, float]) -> str:
    """What others have to do with an item, and what can be done about it, in words.

    Args:
        answered: who answered it.
        held: who holds it, and until when, seconds since 1970; for longer than a look where it
            went into a bundle.
    """
    look = time.time() + CLAIM_SECONDS
    on_screen = [name for name, until in held.items() if until <= look]
    bundled = [name for name, until in held.items() if until > look]
    facts = [
        f"{what} {', '.join(sorted(names))}"
        for what, names in (
            ("is answered already, by", answered),
            ("is on screen of", on_screen),
            ("is in a bundle kept for", bundled),
        )
        if names
    ]
    return f"{' and '.join(facts) or 'is with somebody else'}; {_advice(on_screen, bundled)}"


def _advice(on_screen: Sequence[str], bundled: Sequence[str]) -> str:
    if on_screen:
        return (
            "go on to the next, or wait: what is on screen without an answer is free again after "
            "half an hour"
        )
    if bundled:
        return "go on to the next; its answers come with 'cryoal merge'"
    return "to change that, choose it under Review in the window"
