"""The pages of a customer's people: list and person, rights, teams, and joining by an invitation."""
