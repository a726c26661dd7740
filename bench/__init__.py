"""One command, a table of ratios: us against the plainest Django on the same server and data."""
