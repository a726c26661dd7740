"""Who of the carrier serves a customer, and which customers lack somebody."""
