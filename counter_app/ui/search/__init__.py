"""Finding people, cases and items from the box in the top bar (F3)."""
