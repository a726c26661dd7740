"""Bringing a carrier in: a folder of CSV files, checked as a whole and written as a whole."""
