"""台账: the daily ledger as it is exported, and what a day close would look at (picture 06)."""
