"""Class averages, made beside the window's own thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from qtpy.QtCore import QObject, Signal

from cryoal.errors import CryoalError
from cryoal.labelling.session import LabelSession


class AverageLoader(QObject):
    """One thread that averages; the signal ``made`` brings (class position, (D, H, W) or None)."""

    made = Signal(int, object)

    def __init__(self, session: LabelSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cryoal-averages")
        self._waiting: set[int] = set()
        self.made.connect(lambda position, _: self._waiting.discard(position))

    def want(self, position: int) -> None:
        """Average a class as it is now."""
        if position not in self._waiting:
            self._waiting.add(position)
            self._thread.submit(self._make, position)

    def close(self) -> None:
        """Stop, and wait for what is being averaged."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _make(self, position: int) -> None:
        try:
            average = self.session.class_average(position)
        except CryoalError:
            # An unreadable volume is told when it is on screen.
            average = None
        self.made.emit(position, average)
