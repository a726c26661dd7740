"""What a customer's administrators do with their people: invite, grant, look up why, let go."""
