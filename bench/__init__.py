"""One command, a table of ratios: us against the plainest way on the same machine, in one run."""
