"""The look of all that is shown: colours and fonts, declared once for style sheets, Vega-Lite and matplotlib."""

from typing import Any

# What things stand for. Each has a contrast of at least 3 with white paper and with the dark page.
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#2f7fc1", "#c8741a", "#2f8f6b", "#cf4a55", "#8a6fc9", "#7b8794"

# A page's own colours, by the names of their variables in style sheets.
LIGHT = {
    "ink": "#1c2430", "quiet": "#566072", "line": "#d9dee6", "paper": "#ffffff", "raised": "#f5f7fa",
    "accent": "#0b62a4", "shade": "#0003",
}  # fmt: skip
DARK = {
    "ink": "#e6e9ee", "quiet": "#a3adbd", "line": "#333b48", "paper": "#14181f", "raised": "#1c222c",
    "accent": "#6cb4ee", "shade": "#fff4",
}  # fmt: skip

FONTS = ("system-ui", "sans-serif")
FONT_SIZE = 12


def matplotlib_style() -> dict[str, Any]:
    """Settings for `matplotlib.rc_context`, so that pictures look as light pages do."""
    return {
        "font.family": "sans-serif", "font.size": 8.5, "text.color": LIGHT["ink"],
        "axes.edgecolor": LIGHT["quiet"], "axes.labelcolor": LIGHT["quiet"], "axes.titlecolor": LIGHT["ink"],
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
        "xtick.color": LIGHT["quiet"], "ytick.color": LIGHT["quiet"], "grid.color": LIGHT["line"],
        "figure.facecolor": LIGHT["paper"], "axes.facecolor": LIGHT["paper"],
    }  # fmt: skip
