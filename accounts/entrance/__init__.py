"""What stands around signing in: going on afterwards, and the library's pages bent to the portal."""
