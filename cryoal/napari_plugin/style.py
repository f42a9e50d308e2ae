"""Looks of the dock; napari's own theme gives the rest."""

ACCENT = "#4c8dff"
WARNING = "#e6a23c"

DOCK = f"""
QLabel {{ padding: 0; }}
QFrame[card="true"] {{ background: rgba(128, 134, 148, 28); border-radius: 6px; }}
QFrame[card="true"] QLabel, QFrame[row="true"] QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: 15px; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 11px; font-weight: 600; color: #9aa3b2; }}
QLabel[role="faint"] {{ color: #9aa3b2; }}
QLabel[role="number"] {{ font-size: 13px; color: #c3cad6; }}
QLabel[role="key"] {{
    background: rgba(128, 134, 148, 70); border-radius: 4px; font-weight: 600;
    min-width: 20px; max-width: 20px; min-height: 20px; max-height: 20px;
}}
QFrame[row="true"] {{ background: rgba(128, 134, 148, 28); border-radius: 6px; }}
QFrame[row="true"]:hover {{ background: rgba(128, 134, 148, 64); }}
QFrame[row="true"][chosen="true"] {{ background: rgba(76, 141, 255, 70); }}
QFrame[message="error"] {{
    background: #453a28; border-left: 3px solid {WARNING}; border-radius: 3px;
}}
QFrame[message="plain"] {{
    background: #28374f; border-left: 3px solid {ACCENT}; border-radius: 3px;
}}
QFrame[message] QLabel {{ background: transparent; }}
QPushButton[close="true"] {{ padding: 0; background: transparent; font-size: 15px; }}
QPushButton {{ padding: 6px 8px; border-radius: 5px; }}
QPushButton[head="true"] {{
    padding: 0; background: transparent; font-size: 11px; font-weight: 600; color: #6f7888;
}}
QPushButton[head="true"]:checked {{ color: #c3cad6; }}
QPushButton[head="true"]:hover {{ color: white; }}
QPushButton[main="true"] {{ background: {ACCENT}; color: white; font-weight: 600; padding: 9px; }}
QPushButton[main="true"]:hover {{ background: #6aa0ff; }}
QPushButton[main="true"]:disabled {{ background: rgba(128, 134, 148, 50); color: #8d95a3; }}
QProgressBar {{
    background: rgba(128, 134, 148, 50); border: none; border-radius: 3px;
    min-height: 6px; max-height: 6px;
}}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}
QTabWidget::pane {{ border: none; }}
QTabBar {{ background: transparent; qproperty-drawBase: 0; }}
QTabBar::tab {{
    background: transparent; color: #9aa3b2; border: none; border-bottom: 2px solid transparent;
    padding: 6px 14px; margin: 0;
}}
QTabBar::tab:selected {{ background: transparent; color: white; border-bottom-color: {ACCENT}; }}
QTabBar::tab:hover {{ color: white; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{
    background: transparent; color: #9aa3b2; border: none; padding: 5px 4px; font-size: 11px;
}}
QTableView {{ background: rgba(128, 134, 148, 20); border: none; border-radius: 6px; }}
QTableView::item {{ padding: 2px 4px; }}
QTableView::item:selected {{ background: rgba(76, 141, 255, 90); }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QLineEdit {{ padding: 5px 8px; border-radius: 5px; }}
"""

HELP = """
QFrame#keyHelp {
    background: rgba(24, 26, 32, 245); border: 1px solid #4a5160; border-radius: 10px;
}
QFrame#keyHelp QWidget { background: transparent; }
QFrame#keyHelp QLabel { background: transparent; color: #e8ebf0; font-size: 13px; }
QFrame#keyHelp QLabel[role="title"] { font-size: 17px; font-weight: 600; }
QFrame#keyHelp QLabel[role="heading"] { color: #9aa3b2; font-size: 11px; font-weight: 600; }
QFrame#keyHelp QLabel[role="key"] {
    background: #3b4250; border-radius: 4px; font-weight: 600; padding: 2px 7px;
}
"""
