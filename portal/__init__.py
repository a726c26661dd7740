"""Settings and shared kernel; knows no app."""
