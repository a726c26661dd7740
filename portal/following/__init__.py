"""Following things: one's own button, the others who follow, and the link by which one hears no more."""
