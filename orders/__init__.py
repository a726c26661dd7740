"""Orders, their milestones and their dates."""
