"""Pictures are drawn anew: what is kept holds pixels and nothing else."""

import io

from PIL import Image, ImageOps

MOST_PIXELS = 40_000_000
# What each format can keep; anything else becomes plain colour.
_MODES = {
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA"},
    "JPEG": {"L", "RGB"},
    "GIF": {"L", "P"},
    "WEBP": {"RGB", "RGBA"},
}
# Quick rather than small: a person waits.
_OPTIONS: dict[str, dict[str, int]] = {"PNG": {"compress_level": 3}, "JPEG": {"quality": 90}, "WEBP": {"method": 2}}


class Broken(Exception):
    """No such picture, a part of one, or too large a one; says which."""


def drawn_anew(picture_format: str, content: bytes) -> bytes:
    """The first frame of a picture, upright, in the same format, without place, time, maker or remarks.

    Raises Broken for what is not of the format, is cut off, or has more than 40 million pixels.
    """
    try:
        with Image.open(io.BytesIO(content), formats=[picture_format]) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Broken("too many pixels")
            found.load()
            return _written(picture_format, found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Broken("too many pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        # Unknown content, or one that ends early: Pillow tells them apart by its words only.
        raise Broken("cut off" if "truncated" in str(error) else "not what it says") from error


def _written(picture_format: str, found: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(found)
    mode = "RGBA" if upright.has_transparency_data and picture_format != "JPEG" else "RGB"
    drawn = upright if upright.mode in _MODES[picture_format] else upright.convert(mode)
    # Profiles, remarks and positions ride along in here, and would be written again.
    drawn.info = {name: value for name, value in drawn.info.items() if name == "transparency"}
    out = io.BytesIO()
    drawn.save(out, picture_format, **_OPTIONS.get(picture_format, {}))
    return out.getvalue()
