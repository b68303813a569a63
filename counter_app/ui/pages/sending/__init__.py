"""传送: what waits for the hall, what it costs, what a person must settle (pictures 05, 09)."""
