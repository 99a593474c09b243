"""Charts as inline SVG: pure functions of numbers, coloured by the page's style."""

from collections.abc import Sequence

from markupsafe import Markup

_SVG = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
_BAR = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}: {:,}</title></rect>')
_CELL = Markup('<rect x="{}" y="{}" width="13" height="13" fill-opacity="{:.2f}"><title>{}, {}:00: {:,}</title></rect>')
_NAME = Markup('<text x="{}" y="{}">{}</text>')
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def bars(values: Sequence[tuple[str, int]], label: str) -> Markup:
    """A bar for each named count, from left to right."""
    highest = max((count for _, count in values), default=0) or 1
    step = 360 / max(len(values), 1)
    shapes = [
        _BAR.format(place * step, 120 - 116 * count / highest, step * 0.8, 116 * count / highest, name, count)
        for place, (name, count) in enumerate(values)
    ]
    # names of days would run into each other: every seventh stands, and a pointer shows the others
    every = 7 if len(values) > 10 else 1
    shapes += [
        _NAME.format(f"{place * step:.1f}", 132, values[place][0])
        for place in range(0, len(values) - every // 2, every)
    ]
    return _SVG.format(360, 136, label, Markup().join(shapes))


def heat_map(counts: Sequence[Sequence[int]], label: str) -> Markup:
    """Counts by weekday (seven rows, Monday first) and hour (24 columns): the more, the darker."""
    highest = max(map(max, counts)) or 1
    shapes = [_NAME.format(0, row * 14 + 10, day) for row, day in enumerate(_WEEKDAYS)]
    shapes += [
        _CELL.format(26 + hour * 14, row * 14, count / highest, _WEEKDAYS[row], hour, count)
        for row, hours in enumerate(counts)
        for hour, count in enumerate(hours)
    ]
    shapes += [_NAME.format(26 + hour * 14, 112, f"{hour}:00") for hour in range(0, 24, 6)]
    return _SVG.format(362, 116, label, Markup().join(shapes))
