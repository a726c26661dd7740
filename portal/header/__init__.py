"""What the header of every page opens: the search over all that people quote, and what a person was told."""
