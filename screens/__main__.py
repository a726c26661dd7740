"""make screens: every page of both faces as a picture, in several guises, and contact sheets of them.

The guises are chosen so that each page is seen in each theme, in each language and in each width,
not in every combination of them.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from screens import sheets
from screens.looking import fill
from screens.pages import PAGES
from screens.person import CHROMIUM
from screens.running import ROOT, in_trouble, running
from screens.shooting import GUISES, shoot_all


def main() -> int:
    parser = argparse.ArgumentParser(prog="screens", description=__doc__)
    parser.add_argument("--only", default="", help="only pages whose name has this in it")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "screens")
    given = parser.parse_args()
    if not CHROMIUM:
        sys.exit("There is no Chromium: DEMARC_CHROMIUM is empty.")
    shutil.rmtree(given.into, ignore_errors=True)
    given.into.mkdir(parents=True)
    started = time.perf_counter()
    pages = [page for page in PAGES if given.only in page.name]
    with running() as plain, in_trouble(plain) as portal:
        pictures = shoot_all(portal, fill(portal), pages, given.into)
    sheets.write(given.into, pictures)
    print(f"{len(pictures)} pictures in {given.into}/index.html, in {time.perf_counter() - started:.0f} s.")
    return 0 if len(pictures) == len(pages) * len(GUISES) else 1


if __name__ == "__main__":
    sys.exit(main())
