"""The lists of this part, for pages and for programs."""
