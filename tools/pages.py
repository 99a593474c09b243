"""Pages of which parts are written by tools: each part stands between two comments that name it."""

from pathlib import Path

START, END = "<!-- {}: begins -->", "<!-- {}: ends -->"


def replace_part(page: Path, name: str, text: str) -> None:
    """Put a text in the place of a part of a page. Raises ValueError where the page has no such part."""
    before, start, rest = page.read_text(encoding="utf-8").partition(START.format(name))
    _, end, after = rest.partition(END.format(name))
    if not end:
        raise ValueError(f"{page}: has no part {name}, between {START.format(name)} and {END.format(name)}")
    page.write_text(f"{before}{start}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8", newline="\n")
