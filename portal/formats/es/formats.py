"""Formats in Spanish."""

DATE_FORMAT = "j b Y"
TIME_FORMAT = "H:i"
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
MONTH_FORMAT = r"F \d\e Y"
MONTH_DAY_FORMAT = "j b"
# As in most of Latin America and in the amounts, which follow es-419.
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
