"""The carrier's own people: who works here, in which role, and what each role may do."""
