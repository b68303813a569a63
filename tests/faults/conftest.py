"""The program over enrolled homes."""

from tests.support.counters import counter, enrolled_home, shared_counter

__all__ = ["counter", "enrolled_home", "shared_counter"]
