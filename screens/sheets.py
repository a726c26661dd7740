"""Contact sheets: many pictures on one, and an index of all."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from screens.pages import Page

GAP, LABEL, SHEET = 12, 16, 1900  # pixels; a sheet's side


@dataclass(frozen=True)
class Picture:
    """One page in one guise, and the file it is in."""

    page: Page
    guise: str
    path: Path


def write(folder: Path, pictures: Sequence[Picture]) -> None:
    """sheet-GUISE-N.png for each guise, and index.html."""
    for guise in dict.fromkeys(each.guise for each in pictures):
        _write_sheets(folder, guise, [each for each in pictures if each.guise == guise])
    (folder / "index.html").write_text(_index(pictures), "utf-8")


def _write_sheets(folder: Path, guise: str, pictures: Sequence[Picture]) -> None:
    columns = 6 if "phone" in guise else 3
    width = (SHEET - GAP) // columns - GAP
    tiles = [_tile(each, width) for each in pictures]
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    sheets: list[list[list[Image.Image]]] = [[]]
    for row in rows:
        if sheets[-1] and sum(_height(each) for each in sheets[-1]) + _height(row) > SHEET:
            sheets.append([])
        sheets[-1].append(row)
    for number, sheet in enumerate(sheets, start=1):
        _paste(sheet, width).save(folder / f"sheet-{guise}-{number:02}.png")


def _height(row: Sequence[Image.Image]) -> int:
    return max(tile.height for tile in row) + GAP


def _tile(picture: Picture, width: int) -> Image.Image:
    """The top of the page, small, with its name above."""
    with Image.open(picture.path) as full:
        height = min(round(full.height * width / full.width), round(width * 2.4), SHEET - LABEL - GAP)
        part = full.crop((0, 0, full.width, min(full.height, round(height * full.width / width))))
        small = part.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    tile = Image.new("RGB", (width, height + LABEL), "#8a8f98")
    tile.paste(small, (0, LABEL))
    ImageDraw.Draw(tile).text((2, 1), picture.page.name[: width // 6], fill="white", font=ImageFont.load_default(11))
    return tile


def _paste(rows: Sequence[Sequence[Image.Image]], width: int) -> Image.Image:
    sheet = Image.new("RGB", (SHEET, sum(_height(row) for row in rows) + GAP), "#5b606a")
    top = GAP
    for row in rows:
        for column, tile in enumerate(row):
            sheet.paste(tile, (GAP + column * (width + GAP), top))
        top += _height(row)
    return sheet


def _index(pictures: Sequence[Picture]) -> str:
    lines = ["<!doctype html><meta charset=utf-8><title>Every page</title>",
             "<style>body { font: 14px system-ui } img { height: 20rem; border: 1px solid }</style>"]  # fmt: skip
    for page in dict.fromkeys(each.page for each in pictures):
        lines.append(f"<h2>{html.escape(page.name)}</h2>")
        for each in pictures:
            if each.page == page:
                source = html.escape(each.path.name)
                lines.append(f'<a href="{source}"><img loading=lazy src="{source}" alt="" title="{each.guise}"></a>')
    return "\n".join(lines)
