"""Coming in: access that colleagues ask for, and registering by oneself."""
