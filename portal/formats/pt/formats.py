"""Formats in Portuguese."""

DATE_FORMAT = "j b Y"
TIME_FORMAT = "H:i"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
MONTH_FORMAT = r"F \d\e Y"
MONTH_DAY_FORMAT = "j b"
