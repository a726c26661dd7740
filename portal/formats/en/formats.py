"""English formats: unambiguous on both sides of the ocean."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d %b %Y", "%d %B %Y"]
MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j M"
