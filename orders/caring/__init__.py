"""A care manager's week: promises, messages, notes, what slips and what is silent."""
