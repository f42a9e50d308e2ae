from __future__ import annotations

from cryoal.counted import counted


def test_one_is_told_from_none_and_many() -> None:
    assert [counted(number, "label") for number in range(3)] == ["0 labels", "1 label", "2 labels"]
    assert counted(1, "volume waits", "volumes wait") == "1 volume waits"
    assert counted(2, "volume waits", "volumes wait") == "2 volumes wait"
