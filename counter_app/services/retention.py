"""到期清除: what a station must not keep any longer goes, case by case, and only that (sync design section 1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person, Role
from counter_app.domain.retention import RetentionRule, is_finished, kept_until, rule_for
from counter_app.domain.wire_values import map_of, text_of
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading, Writing
from counter_app.services.scans import settle_scans

_FILES_AT_ONCE = 100  # deleted in one transaction: others must be able to write in between


@dataclass(frozen=True, slots=True)
class Expired:
    """A case or an entrustment whose time is over: settled_on is when its period began, until the period's last day."""

    case: Dossier
    rule: RetentionRule
    settled_on: date
    until: date


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a run found and did.

    kept counts ended cases that stay, by reason (a key under `retention.kept`); files_left are
    files of erased cases that are still there; residue is why traces of what was erased are left in
    the store's file, None if none are.
    """

    expired: tuple[Expired, ...]
    kept: Mapping[str, int] = field(default_factory=dict)
    files_deleted: int = 0
    files_left: int = 0
    residue: CounterError | None = None


class Retention:
    """The end of what this machine knows of a person."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look(self, person: Person, before: date | None = None) -> Cleared:
        """What a run would erase now; nothing is changed. CounterError `retention_not_administrator`."""
        _check(person)
        return self._found(before)

    def run(self, person: Person, before: date | None = None) -> Cleared:
        """Erase the cases whose time is over, each in a transaction of its own, then their files.

        before leaves out those whose period began on that day or later; it never shortens a period.
        At the end the store's file is made anew: deleting leaves traces in it.
        A run that was killed is finished by the next. CounterError `retention_not_administrator`,
        `home_read_only`.
        """
        _check(person)
        found = self._found(before)
        settle_scans(self._desk)
        erased = tuple(row for row in found.expired if self._erase(person, row))
        deleted = self._delete_files()
        return Cleared(erased, found.kept, deleted, residue=self._leave_no_trace())

    def _leave_no_trace(self) -> CounterError | None:
        with self._desk.store.read() as reading:
            if not reading.has_residue():
                return None
        try:
            self._desk.store.make_anew()
        except CounterError as failure:
            return failure
        return None

    def _found(self, before: date | None) -> Cleared:
        today = self._desk.today()
        expired, kept = [], Counter[str]()
        with self._desk.store.read() as reading:
            doubted = {trouble.case for trouble in reading.troubles()}
            for case in reading.ended_cases():
                judged = "doubted" if case.id in doubted else self._judged(reading, case, before, today)
                if isinstance(judged, Expired):
                    expired.append(judged)
                else:
                    kept[judged] += 1
            return Cleared(tuple(expired), dict(kept), files_left=reading.count_files_to_delete())

    def _judged(self, reading: Reading, case: Dossier, before: date | None, today: date) -> Expired | str:
        """The case with its rule, or why it stays."""
        rule = rule_for(case)
        if rule is None:
            return "no_rule"
        if not is_finished(case):
            return "unfinished"
        settled_ms = _settled_ms(reading, case)
        if settled_ms is None:
            return "not_at_hall"
        settled_on = local_date(settled_ms)
        until = kept_until(rule, settled_on, self._desk.calendar)
        if today <= until:
            return "in_time"
        if before is not None and settled_on >= before:
            return "after_day"
        return Expired(case, rule, settled_on, until)

    def _erase(self, person: Person, row: Expired) -> bool:
        """One case, whole or not at all; not if somebody touched it meanwhile."""
        with self._desk.store.write() as writing:
            if (writing.case(row.case.id) or writing.entrustment(row.case.id)) != row.case:
                return False
            _drop_drafts(writing, row.case)
            writing.erase(row.case.id)
            data = {"rule": row.rule.code, "settled_on": row.settled_on.isoformat()}
            writing.append([NewEvent("erased", row.case.id, row.case.epoch, person.name, data)])
        return True

    def _delete_files(self) -> int:
        """Files that no other case needs; under the store's lock, so that nobody comes to need one meanwhile."""
        deleted, more = 0, True
        while more:
            with self._desk.store.write() as writing:
                files = writing.files_to_delete(_FILES_AT_ONCE)
                for sha256 in files:
                    if not writing.is_file_needed(sha256):
                        self._desk.vault.delete(sha256)
                        deleted += 1
                    writing.file_settled(sha256)
                more = len(files) == _FILES_AT_ONCE
        return deleted


def _check(person: Person) -> None:
    if Role.ADMIN not in person.roles:
        raise CounterError("retention_not_administrator")


def _settled_ms(reading: Reading, case: Dossier) -> int | None:
    """Since when nothing is open between this machine and the hall: last act, and everything of it received.

    None while an event is not received and applied, or a scan is not whole there.
    """
    own = reading.seqs_of(case.id)
    if reading.scans_missing(case.id):
        return None
    if not own:
        return case.changed_at_ms  # it came from the hall
    received_ms = reading.received_ms(case.id)
    if received_ms is None or own[-1] > reading.link().applied:
        return None
    return max(case.changed_at_ms, received_ms)


def _drop_drafts(writing: Writing, case: Dossier) -> None:
    """Applications begun for the same person before the case ended, and never finished."""
    number = case.applicant.id_number
    for draft in writing.drafts():
        same = number and text_of(map_of(draft.line, "applicant"), "id_number") == number
        if same and draft.saved_at_ms <= case.changed_at_ms and draft.id is not None:
            writing.delete_draft(draft.id)
