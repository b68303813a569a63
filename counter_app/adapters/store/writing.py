"""One durable change of the station's store (`services.ports.Writing`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import msgspec
from sqlalchemy import Table, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import erasure, projections, scans, schema
from counter_app.adapters.store.reading import SCANS_SENT, ReadTransaction
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.services.stored_facts import Draft, KeptScan, Paper, StoredPerson
from sync import journal
from sync.hall_address import HallAddress


class WriteTransaction(ReadTransaction):
    """`services.ports.Writing`: one durable transaction."""

    def next_case(self) -> CaseId:
        """The id of the next case of this device."""
        device = self.device()
        table = schema.case_events.c
        last = self.connection.scalar(select(func.max(table.case_n)).where(table.case_device == device))
        return CaseId(device, (last or 0) + 1)

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Append to the journal and project. The clock is read once, so one act has one time."""
        clock = replace(self._clock.read(), offset_ms=self.state.get("offset_ms"))
        appended = journal.append(self.connection, self.device(), events, clock)
        for event in appended:
            projections.project_own(self.connection, event)
        return appended

    def take_number(self, agency: str, series: str, year: int) -> int | None:
        """The next number of the oldest block with one left; booked when its event is appended. None: none left."""
        block = next(
            (b for b in self.blocks() if (b.agency, b.kind, b.year) == (agency, series, year) and b.left), None
        )
        return None if block is None else block.next

    def next_temporary_number(self, year: int) -> int:
        """The next count of temporary numbers of this device and year."""
        table = schema.temporary_numbers.c
        return int(self.connection.scalar(select(table.next).where(table.year == year)) or 1)

    def book_scans(self, sent: int) -> None:
        """Count bytes of scans for today's budget; each local day begins with none."""
        spent = self.data_budget().spent
        self.state.put(SCANS_SENT, [self._day(), max(0, spent + sent)])

    def save_draft(self, draft: Draft) -> int:
        """Keep a draft; its id."""
        row = {
            "user": draft.user,
            "item": draft.item,
            "step": draft.step,
            "saved_ms": draft.saved_at_ms,
            "line": msgspec.msgpack.encode(draft.line),
            "version": draft.version,
        }
        if draft.id is None:
            made = self.connection.execute(schema.drafts.insert().values(row).returning(schema.drafts.c.id))
            return int(made.scalar_one())
        put = upsert(schema.drafts).values(id=draft.id, **row)
        self.connection.execute(put.on_conflict_do_update(index_elements=["id"], set_=row))
        return draft.id

    def delete_draft(self, draft_id: int) -> None:
        """Forget a draft, safely overwritten."""
        self.connection.execute(schema.drafts.delete().where(schema.drafts.c.id == draft_id))

    def save_person(self, person: StoredPerson) -> None:
        """Add or change a person."""
        row = {
            "roles": ",".join(sorted(person.roles)),
            "pin_hash": person.pin_hash,
            "failures": person.failures,
            "locked_until_ms": person.locked_until_ms,
            "pin_given": person.pin_given,
        }
        put = upsert(schema.people).values(name=person.name, **row)
        self.connection.execute(put.on_conflict_do_update(index_elements=["name"], set_=row))

    def delete_person(self, name: str) -> None:
        """Forget who may sign in; what they did stays in the journal."""
        self.connection.execute(schema.people.delete().where(schema.people.c.name == name))

    def save_paper(self, paper: Paper) -> None:
        """Keep where a rendered notice lies."""
        self._keep(schema.papers, paper)

    def save_sealed_paper(self, paper: Paper) -> None:
        """Keep where the notice under its electronic seal lies."""
        self._keep(schema.sealed_papers, paper)

    def _keep(self, table: Table, paper: Paper) -> None:
        row = {
            "case_device": paper.case.device,
            "case_n": paper.case.n,
            "kind": paper.kind,
            "number": paper.number,
            "sha256": paper.sha256,
            "path": paper.path,
            "size": paper.size,
        }
        self.connection.execute(upsert(table).values(row).on_conflict_do_nothing())

    def save_intake_key(self, key: str, digest: bytes, case: CaseId) -> None:
        """Remember a sender's idempotency key with its content."""
        row = {"key": key, "digest": digest, "case_device": case.device, "case_n": case.n}
        self.connection.execute(schema.intake_keys.insert().values(row))

    def erase(self, case: CaseId) -> None:
        """Forget what the case says of people, and note its files to be deleted."""
        erasure.erase(self.connection, self.device(), [case])

    def file_settled(self, sha256: bytes) -> None:
        """A file that was to be deleted is gone, or is needed by another case."""
        erasure.file_settled(self.connection, sha256)

    def save_sharing(self, sharing: str) -> None:
        """Keep in the station's profile what the hall said of its sharing."""
        self.state.put("profile", {**self.state.get("profile"), "sharing": sharing})

    def save_hall_address(self, address: HallAddress) -> None:
        """Keep where the hall is reached, for every link from now on."""
        for name, value in asdict(address).items():
            self.state.put(name, value)

    def save_setting(self, name: str, value: str) -> None:
        """Keep a setting of this machine."""
        self.state.put(f"setting.{name}", value)

    def keep_scan(self, scan: KeptScan) -> None:
        """Note a page that was scanned here."""
        scans.keep(self.connection, scan)

    def forget_scan(self, sha256: bytes) -> None:
        """Nothing is left to be done about the page."""
        scans.forget(self.connection, sha256)
