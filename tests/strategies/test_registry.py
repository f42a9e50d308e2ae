"""Names, near names, and schemes from elsewhere."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from cryoal import strategies
from cryoal.errors import CryoalError
from cryoal.strategies import registry


@pytest.mark.parametrize(
    ("name", "hint"), [("entrpy", "entropy"), ("Margin", "margin"), ("zzzz", "choose one of")]
)
def test_unknown_scheme_gives_near_names(name: str, hint: str) -> None:
    with pytest.raises(CryoalError, match=f"unknown scheme '{name}'.*{hint}"):
        strategies.get(name)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="already registered"):
        strategies.register("random", summary="x", paper="y")


def test_another_package_adds_a_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside_scheme.py").write_text(
        "from cryoal.strategies import Scorer, register\n"
        "@register('outside', summary='by position', paper='none')\n"
        "class Outside(Scorer):\n"
        "    'By position.'\n"
        "    def score(self, context):\n"
        "        import torch\n"
        "        return torch.arange(len(context)).float()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("outside", "outside_scheme", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda: EntryPoints([entry]))
    monkeypatch.setattr(registry, "_schemes", dict(registry._schemes))
    registry.load_plugins.cache_clear()
    try:
        assert "outside" in strategies.names()
        assert strategies.get("outside").summary == "by position"
    finally:
        registry.load_plugins.cache_clear()
