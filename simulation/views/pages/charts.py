"""Charts as inline SVG: pure functions of numbers, coloured by the page's style."""

from collections.abc import Sequence

from markupsafe import Markup

_SVG = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
_BAR = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}: {:,}</title></rect>')
_CELL = Markup('<rect x="{}" y="{}" width="13" height="13" fill-opacity="{:.2f}"><title>{}, {}:00: {:,}</title></rect>')
_NAME = Markup('<text x="0" y="{}">{}</text>')
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def bars(values: Sequence[tuple[str, int]], label: str) -> Markup:
    """A bar for each named count, from left to right."""
    highest = max((count for _, count in values), default=0) or 1
    step = 360 / max(len(values), 1)
    shapes = [
        _BAR.format(place * step, 120 - 116 * count / highest, step * 0.8, 116 * count / highest, name, count)
        for place, (name, count) in enumerate(values)
    ]
    return _SVG.format(360, 120, label, Markup().join(shapes))


def heat_map(counts: Sequence[Sequence[int]], label: str) -> Markup:
    """Counts by weekday (seven rows, Monday first) and hour (24 columns): the more, the darker."""
    highest = max(map(max, counts)) or 1
    shapes = [_NAME.format(row * 14 + 10, day) for row, day in enumerate(_WEEKDAYS)]
    shapes += [
        _CELL.format(26 + hour * 14, row * 14, count / highest, _WEEKDAYS[row], hour, count)
        for row, hours in enumerate(counts)
        for hour, count in enumerate(hours)
    ]
    return _SVG.format(362, 98, label, Markup().join(shapes))
