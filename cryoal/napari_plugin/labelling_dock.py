"""The widget that napari shows."""

from __future__ import annotations

from pathlib import Path

import napari.viewer
from napari.qt import QtViewer
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from cryoal.errors import CryoalError
from cryoal.labelling.opening import open_session
from cryoal.labelling.session import LabelSession
from cryoal.napari_plugin.desk import Desk
from cryoal.napari_plugin.key_bindings import KeyBindings
from cryoal.napari_plugin.key_help import KeyHelp
from cryoal.napari_plugin.labelling_page import LabellingPage
from cryoal.napari_plugin.message_banner import MessageBanner
from cryoal.napari_plugin.preferences import Preferences
from cryoal.napari_plugin.stage import Stage
from cryoal.napari_plugin.start_page import StartPage
from cryoal.napari_plugin.style import DOCK
from cryoal.napari_plugin.view_controls import ViewControls

WIDTH_PX = 392


class LabellingDock(QWidget):
    """Asks what to label, then is the desk of a labelling session."""

    def __init__(self, viewer: napari.viewer.Viewer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewer = viewer
        self.preferences = Preferences()
        self.desk: Desk | None = None
        self.page: LabellingPage | None = None
        self.keys: KeyBindings | None = None
        self.setObjectName("cryoalDock")
        self.setStyleSheet(DOCK)
        self.setMinimumWidth(WIDTH_PX)
        self.start_page = StartPage(self.preferences)
        self.banner = MessageBanner(self.start_page.below)
        self.start_page.chosen.connect(self.open)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(10, 6, 10, 10)
        self.box.addWidget(self.start_page, 1)

    def open(self, path: Path, annotator: str) -> None:
        """Label what is at ``path``, or say in the window why not."""
        try:
            session = open_session(path, annotator)
        except CryoalError as error:
            self.banner.say(str(error), "error")
            return
        self.preferences.annotator = annotator
        self.begin(session)

    def begin(self, session: LabelSession) -> None:
        """Show a session; the dock closes it."""
        desk = Desk(session, self.preferences, self)
        page = LabellingPage(desk)
        self.desk, self.page = desk, page
        self.banner.hide()
        self.start_page.hide()
        self.box.addWidget(page, 1)
        window = self.window()
        canvas = window.findChild(QOpenGLWidget)
        assert isinstance(window, QMainWindow)
        assert canvas is not None
        self.stage = Stage(self.viewer, canvas, desk)
        voxel_size_A = session.source.voxel_size_A
        self.controls = ViewControls(self.preferences.display, voxel_size_A)
        self.controls.setStyleSheet(DOCK)
        self.controls.changed.connect(self.stage.change_settings)
        self.controls.changed.connect(lambda _: page.class_list.redraw_averages())
        self.controls.turn.clicked.connect(self.stage.toggle_3d)
        self.stage.shape_changed.connect(lambda shape: self.controls.fit_box(min(shape)))
        self.stage.mode_changed.connect(self.controls.show_mode)
        strip = self.viewer.window.add_dock_widget(self.controls, name="picture", area="bottom")
        strip.setTitleBarWidget(QWidget())
        self.canvas = window.centralWidget()
        self.canvas.installEventFilter(self)
        self.keys = KeyBindings(
            window, desk, page.new_class, self.stage.toggle_3d, lambda: self.help.toggle()
        )
        self.keys.pressed.connect(page.forget_error)
        self.help = KeyHelp(window, session, self.keys.commands)
        window.installEventFilter(self)
        desk.start()

    def showEvent(self, event: QShowEvent) -> None:
        """napari's welcome would fill the canvas whenever nothing is drawn in it."""
        super().showEvent(event)
        for canvas in self.window().findChildren(QtViewer):
            canvas.show_welcome_screen = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End the session with its window; fit the picture when the canvas changes its size.

        A window that trains is not closed without asking.
        """
        if event.type() == QEvent.Type.DeferredDelete:
            self.end()
        elif event.type() == QEvent.Type.Close and watched is self.window():
            if self.page is not None and not self.page.may_close():
                event.ignore()
                return True
        elif event.type() == QEvent.Type.Resize and watched is self.canvas:
            QTimer.singleShot(0, self.stage.fit)
        return False

    def end(self) -> None:
        """Stop training, give up what is on screen and close the files."""
        if self.desk is not None and self.page is not None:
            self.page.close_down()
            self.desk.close()
            self.desk = None


def hide_layer_docks(dock: QWidget) -> None:
    """Hide napari's lists of layers, which its Window menu brings back."""
    for name in ("layer list", "layer controls"):
        for other in dock.window().findChildren(QDockWidget, name):
            other.hide()
