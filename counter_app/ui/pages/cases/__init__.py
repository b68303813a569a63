"""办件: the list of cases, with search and filters."""
