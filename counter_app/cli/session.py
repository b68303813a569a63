"""One run of a command: its common options, the home it opens, and how it answers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.services.sentences import Sentences, sentences

if TYPE_CHECKING:
    from counter_app.cli.composition import Composition, Station
    from counter_app.domain.agent_moves import JobPossibility
    from counter_app.domain.moves import Possibility
    from counter_app.domain.people import Person
    from sync.hall_address import HallAddress

S = TypeVar("S", bound=StrEnum)

PIN = "COUNTER_PIN"
NEW_PIN = "COUNTER_NEW_PIN"
SECOND_PIN = "COUNTER_SECOND_PIN"
PASSPHRASE = "COUNTER_PASSPHRASE"  # of key files, and of backups


@dataclass
class Session:
    """Made before the command line is read; filled from it."""

    composition: Composition
    home: Path | None = None
    user: str | None = None
    json: bool = False
    exit_code: int = 0
    interrupted: bool = False  # Ctrl-C came, whether or not its exception got through
    _station: Station | None = field(default=None, repr=False)

    def also(self, home: Path | None, user: str | None, as_json: bool) -> None:
        """Common options given at one more place: the later one holds."""
        self.home = home or self.home
        self.user = user or self.user
        self.json = self.json or as_json

    def station(self) -> Station:
        """The home, opened once a run."""
        if self._station is None:
            self._station = self.composition.open_station(self.home)
        return self._station

    def enrol(self, address: HallAddress, code: str) -> Station:
        """Make the home and open it."""
        self._station = self.composition.enrol_home(self.home, address, code)
        return self._station

    def person(self) -> Person:
        """Who answers for this act: `--user` with the PIN. InvalidInput `user_needed`, `pin_needed`, as `sign_in`."""
        return self.station().people.sign_in(self.own_name(), secret(PIN))

    def own_name(self) -> str:
        """The name after `--user`. InvalidInput `user_needed`."""
        if not self.user:
            raise InvalidInput("user_needed")
        return self.user

    def second(self, name: str) -> Person | None:
        """Who agrees to it: `--second` with the other PIN, None if nobody was named. As `person`."""
        return self.station().people.sign_in(name, secret(SECOND_PIN)) if name else None

    def close(self) -> None:
        """Close the home."""
        if self._station is not None:
            self._station.close()

    def answer(self, facts: Mapping[str, object], *lines: str) -> None:
        """The result: one JSON object, else lines for people. Out of this process when this returns."""
        said = [json.dumps(facts, ensure_ascii=False)] if self.json else lines
        sys.stdout.write("".join(f"{line}\n" for line in said))
        sys.stdout.flush()

    def fail(self, error: CounterError) -> None:
        """A refusal: the command ends with 1."""
        self.exit_code = 1
        self.complain(error.code, sentences(error))

    def complain(self, code: str, said: Sentences) -> None:
        """A failure in its three parts, to stdout as JSON or to stderr for people."""
        if self.json:
            self.answer({"error": error_facts(code, said)})
        else:
            sys.stderr.write(f"{said.message}\n{said.remedy}\n")


def error_facts(code: str, said: Sentences) -> dict[str, str]:
    """An error as the contract has it."""
    return {"code": code, "message": said.message, "remedy": said.remedy}


def facts_of_error(error: CounterError) -> dict[str, str]:
    """An expected failure as the contract has it."""
    return error_facts(error.code, sentences(error))


def facts_of_possibility(row: Possibility | JobPossibility, name: str) -> dict[str, object]:
    """An action with its name, and why it cannot be done now."""
    return {
        "action": row.action.value,
        "name": name,
        "allowed": row.why_not is None,
        "why_not": None if row.why_not is None else facts_of_error(row.why_not),
        "needs": list(row.needs),
    }


def state_named(states: type[S], given: str) -> S:
    """The state of that name, in small or capital letters. InvalidInput `state_unknown`."""
    if given.upper() not in states.__members__:
        raise InvalidInput("state_unknown", given=given[:20], known=", ".join(states))
    return states(given.upper())


def secret(variable: str) -> str:
    """A PIN from the environment. InvalidInput `pin_needed` if it is not set."""
    given = os.environ.get(variable, "")
    if not given:
        raise InvalidInput("pin_needed", variable=variable)
    return given


def json_object(given: str) -> dict[str, object]:
    """What --data gave (`read_object`). InvalidInput `data_not_json`."""
    from forms.json_lines import read_object

    try:
        return read_object(given)
    except InvalidInput:
        raise InvalidInput("data_not_json") from None
