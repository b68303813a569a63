"""Questions about what the hall has, what is on its way, how the link stands (a part of `services.ports.Reading`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from counter_app.adapters.store import own_devices, schema
from counter_app.adapters.store.look import Look
from counter_app.domain.identifiers import CaseId
from counter_app.services.stored_facts import LinkState, Trouble, Upload
from resources.typed import from_plain
from sync.bundle_ports import GivenBundle
from sync.hall_address import HallAddress

_FRAME_OVERHEAD = 8  # bytes an event costs beside its own, in a frame
_BEYOND = "SELECT 1 FROM case_events WHERE case_device = ? AND case_n = ? AND device = ? AND seq > ? LIMIT 1"
_SCANS_MISSING = "SELECT 1 FROM uploads WHERE case_device = ? AND case_n = ? AND whole_ms IS NULL LIMIT 1"


class SendingReading(Look):
    """What has left this machine, and what has not."""

    def at_hall(self, cases: Iterable[CaseId]) -> dict[CaseId, float]:
        """How far the hall has each of a few cases: 1 whole, 0.5 its text and not its scans, 0 not."""
        reached = [(self.device(), int(self.state.get("received", 0)))]
        formers = own_devices.former(self.connection)
        reached += [(former.device, former.kept) for former in formers if not former.replayed]
        found = {}
        for case in cases:
            of_case = (case.device, case.n)
            ask = self.connection.exec_driver_sql
            texts = [ask(_BEYOND, (*of_case, device, seq)).first() for device, seq in reached]
            scans = ask(_SCANS_MISSING, of_case).first()
            found[case] = 0.0 if any(texts) else 0.5 if scans else 1.0
        return found

    def received_ms(self, case: CaseId) -> int | None:
        """When the hall had all events and all scans of the case, None while it has not."""
        own = self.seqs_of(case)
        receipt, upload = schema.receipts.c, schema.uploads.c
        moments = [self.connection.scalar(select(func.min(receipt.at_ms)).where(receipt.seq >= own[-1]))] if own else []
        moments += self._former_moments(case)
        mine = and_(upload.case_device == case.device, upload.case_n == case.n)
        moments += [row.whole_ms for row in self.connection.execute(select(upload.whole_ms).where(mine))]
        known = [moment for moment in moments if moment is not None]
        return max(known) if known and len(known) == len(moments) else None

    def _former_moments(self, case: CaseId) -> list[int | None]:
        """When the hall had what was written of the case under each closed id; None for work that is not brought."""
        table, receipt = schema.case_events.c, schema.former_receipts.c
        its = and_(table.case_device == case.device, table.case_n == case.n)
        moments: list[int | None] = []
        for former in own_devices.former(self.connection):
            last = self.connection.scalar(select(func.max(table.seq)).where(its, table.device == former.device))
            if last is not None:
                confirmed = and_(receipt.device == former.device, receipt.seq >= last)
                moments.append(self.connection.scalar(select(func.min(receipt.at_ms)).where(confirmed)))
        return moments

    def seqs_of(self, case: CaseId) -> list[int]:
        """The places in this device's journal that belong to the case."""
        table = schema.case_events.c
        mine = and_(table.case_device == case.device, table.case_n == case.n, table.device == self.device())
        return [row.seq for row in self.connection.execute(select(table.seq).where(mine).order_by(table.seq))]

    def uploads(self) -> list[Upload]:
        """Scans that the hall has not confirmed whole, oldest first."""
        table = schema.uploads
        wanted = select(table).where(table.c.whole_ms.is_(None)).order_by(table.c.seq, table.c.sha256)
        return [
            Upload(row.sha256, row.size, row.sent, CaseId(row.case_device, row.case_n))
            for row in self.connection.execute(wanted)
        ]

    def scans_missing(self, case: CaseId) -> int:
        """How many scans of the case the hall has not confirmed whole."""
        upload = schema.uploads.c
        mine = and_(upload.case_device == case.device, upload.case_n == case.n, upload.whole_ms.is_(None))
        return int(self.connection.scalar(select(func.count()).select_from(schema.uploads).where(mine)) or 0)

    def link(self) -> LinkState:
        """Where the exchange with the hall stands."""
        get = self.state.get
        return LinkState(
            last_contact_ms=get("last_contact_ms"),
            last_try_ms=get("last_try_ms"),
            last_error=get("last_error", ""),
            next_try_ms=get("next_try_ms"),
            rate=get("rate"),
            offset_ms=get("offset_ms"),
            received=get("received", 0),
            applied=get("applied", 0),
            generation=get("generation", 0),
        )

    def unsent_bytes(self) -> dict[CaseId, int]:
        """Bytes of events that the hall has not acknowledged, by case."""
        device, received = self.device(), self.state.get("received", 0)
        events, journals = schema.case_events.c, schema.metadata.tables["journal"]
        privates = schema.metadata.tables["journal_private"]
        public, private = journals.c, privates.c
        size = func.length(public.public) + func.coalesce(func.length(private.private), 0) + _FRAME_OVERHEAD
        rows = self.connection.execute(
            select(events.case_device, events.case_n, func.sum(size).label("size"))
            .join_from(
                schema.case_events,
                journals,
                and_(public.device == events.device, public.seq == events.seq),
            )
            .join(
                privates,
                and_(private.device == events.device, private.seq == events.seq),
                isouter=True,
            )
            .where(or_(and_(events.device == device, events.seq > received), *self._not_brought(events)))
            .group_by(events.case_device, events.case_n)
        )
        return {CaseId(row.case_device, row.case_n): int(row.size) for row in rows}

    def _not_brought(self, events: Any) -> list[ColumnElement[bool]]:
        """Work under closed ids that the hall does not have yet."""
        waiting = (former for former in own_devices.former(self.connection) if not former.replayed)
        return [and_(events.device == former.device, events.seq > former.kept) for former in waiting]

    def bundle(self) -> GivenBundle | None:
        """The newest bundle that was written out for the hall."""
        given = self.state.get("bundle")
        return None if given is None else from_plain(given, GivenBundle)

    def written_after(self, seq: int) -> set[CaseId]:
        """Cases with own events after that seq."""
        events = schema.case_events.c
        wanted = select(events.case_device, events.case_n).distinct()
        rows = self.connection.execute(wanted.where(events.device == self.device(), events.seq > seq))
        return {CaseId(row.case_device, row.case_n) for row in rows}

    def scanned_after(self, seq: int) -> set[CaseId]:
        """Cases with files that own events after that seq name and the hall lacks."""
        uploads = schema.uploads.c
        wanted = select(uploads.case_device, uploads.case_n).distinct()
        rows = self.connection.execute(wanted.where(uploads.whole_ms.is_(None), uploads.seq > seq))
        return {CaseId(row.case_device, row.case_n) for row in rows}

    def count_cases_written(self, first: int, last: int) -> int:
        """To how many cases own events first..last belong."""
        events = schema.case_events.c
        between = and_(events.device == self.device(), events.seq.between(first, last))
        cases = select(events.case_device, events.case_n).where(between).distinct().subquery()
        return int(self.connection.scalar(select(func.count()).select_from(cases)) or 0)

    def troubles(self) -> list[Trouble]:
        """Exceptions that a person must settle."""
        wanted = select(schema.troubles).order_by(schema.troubles.c.since_ms, schema.troubles.c.seq)
        return [
            Trouble(
                row.device,
                row.seq,
                row.code,
                CaseId(row.case_device, row.case_n) if row.case_device else None,
                row.since_ms,
            )
            for row in self.connection.execute(wanted)
        ]

    def hall_address(self) -> HallAddress:
        """Where the hall is reached, as this home was told last."""
        get = self.state.get
        return HallAddress(str(get("url")), bool(get("plain")), str(get("pin", "")))
