"""Placeholder."""
STORES: dict = {}
