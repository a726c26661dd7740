"""Services after their delivery: renewals, transfers, disconnects and trials."""
