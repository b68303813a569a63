"""Failures that a person can act on.

An expected failure carries a stable code (part of the command-line contract)
and parameters; its sentences in Chinese and English stand in
`resources/translations/*/errors*.toml` under `errors.<code>`. No parameter may
hold a name, an id number, a phone or an address: errors are logged.
"""

from __future__ import annotations


class CounterError(Exception):
    """An expected failure: what happened, and what the person can do next.

    code names the entry in the text catalogue; params fill its sentences.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value}" for name, value in sorted(self.params.items()))
        return f"{self.code}({inside})"


class InvalidInput(CounterError):
    """A value that a person or a file gave and that cannot be taken as it is."""


class MoveNotAllowed(CounterError):
    """The state table has no such transition, a guard fails, or the person may not do it."""


class NotHolder(CounterError):
    """Somebody else holds the baton of the case (sync design section 2)."""

    def __init__(self, holder: str) -> None:
        super().__init__("not_holder", holder=holder)


class NotFound(CounterError):
    """There is no such case, item, person, block or file."""
