"""Registers beside the daily ledger (specs domain 11.3): each a table of columns over what happened in a period."""
