"""Charges, bill runs, invoices, disputes and credits."""
