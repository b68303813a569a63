"""Agent jobs in the window."""
