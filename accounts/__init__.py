"""Enterprises, billing accounts, people and what they may do, account teams, staff."""
