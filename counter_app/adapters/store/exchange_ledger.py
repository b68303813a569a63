"""The exchange's side of the store (`sync.ports.StationLedger`): each call is one durable transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import case as sql_case
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import (
    apart,
    dossier_rows,
    erasure,
    fed_feed,
    feed_troubles,
    projections,
    replays,
    rows,
    schema,
    second_stages,
    taking_up,
)
from counter_app.adapters.store.reading import ReadTransaction
from counter_app.adapters.store.station_store import StationStore
from counter_app.adapters.store.writing import WriteTransaction
from counter_app.domain.errors import CounterError
from counter_app.services.ports import FileVault, SystemClock
from resources.pace import unhurried
from sync import journal
from sync.bundle_ports import GivenBundle
from sync.canonical import event_of
from sync.envelope import SecondStage
from sync.feed_return import Seal
from sync.journal_rules import Row
from sync.keys import DeviceKeys
from sync.many_rows import write_rows
from sync.ports import FeedEvent, HallState, Identity, PendingAttachment, Standing

WENT_BACK, ERASED_WANTED = "hall_went_back", "erased_event_wanted"
_INTO_FEED = schema.feed.insert()


class ExchangeLedger:
    """The station's journal, feed and uploads as the exchange sees them."""

    def __init__(self, store: StationStore, vault: FileVault, keys: DeviceKeys, clock: SystemClock) -> None:
        self._store = store
        self._vault = vault
        self._keys = keys
        self._clock = clock
        self._opened = (b"", b"")  # the scan being sent: pieces of 64 KiB must not open the whole file each

    def identity(self) -> Identity:
        """Who this device is, since its enrolment."""
        with self._store.read() as reading:
            get = reading.state.get
            return Identity(get("device"), get("station"), get("hall"), get("hall_sign_public"), self._keys)

    def standing(self) -> Standing:
        """Where the exchange stands now."""
        with self._store.read() as reading:
            get = reading.state.get
            n, feed_hash = get("feed")
            return Standing(
                head=reading.head(),
                acknowledged=get("received", 0),
                feed=(n, feed_hash),
                generation=get("generation", 0),
                unanswered=get("answered_x", 0) < get("x", 0),
                link_bytes_per_s=get("rate"),
                hall_ms=get("hall_ms", 0),
                scans_left=reading.data_budget().left,
                round_trip_ms=get("round_trip_ms"),
            )

    def next_try(self) -> int:
        """The number of the next signed request, stored before it is used."""
        with self._store.write() as writing:
            x = int(writing.state.get("x", 0)) + 1
            writing.state.put("x", x)
            writing.state.put("last_try_ms", self._clock.read().wall_ms)
            return x

    def try_not_sent(self, x: int) -> None:
        """Try x brought the hall nothing; if the one before it was answered, nothing is unanswered now."""
        with self._store.write() as writing:
            if writing.state.get("answered_x", 0) == x - 1:
                writing.state.put("answered_x", x)

    def raise_try(self, last_x: int) -> None:
        """Let the next try be above last_x."""
        with self._store.write() as writing:
            writing.state.put("x", max(int(writing.state.get("x", 0)), last_x))

    def own_rows(self, after: int, last: int) -> Iterator[Row]:
        """Own events with after < seq <= last."""
        with self._store.read() as reading:
            yield from unhurried(journal.rows(reading.connection, reading.device(), after, last))

    def own_hash(self, seq: int) -> bytes | None:
        """h(seq) of the own journal."""
        with self._store.read() as reading:
            return journal.hash_at(reading.connection, reading.device(), seq)

    def store_answer(self, state: HallState) -> None:
        """What a signed answer said; the moment is remembered, so that 中心已收 has its time."""
        now = self._clock.read().wall_ms
        with self._store.write() as writing:
            put = writing.state.put
            if 0 < writing.state.get("generation", 0) < state.generation:
                put(fed_feed.OF_EARLIER_LIFE, True)
                _ask_of_files_again(writing)
            for name, value in (
                ("received", state.received),
                ("applied", state.applied),
                ("generation", state.generation),
                ("hall_ms", state.hall_ms),
                *_of_the_line(state, now),
            ):
                put(name, value)
            connection = writing.connection
            if state.went_back:
                connection.execute(delete(schema.receipts).where(schema.receipts.c.seq > state.received))
                uploads = schema.uploads.c  # the files that those events name are sent again as well
                lost = update(schema.uploads).where(uploads.seq > state.received)
                connection.execute(lost.values(sent=0, whole_ms=None))
            receipt = upsert(schema.receipts).values(seq=state.received, at_ms=now)
            connection.execute(receipt.on_conflict_do_nothing())
            self._store_troubles(writing, state, now)

    def hall_box_public(self) -> bytes:
        """The key that a bundle for the hall is sealed to."""
        with self._store.read() as reading:
            return bytes(reading.state.get("hall_box_public"))

    def store_bundle(self, given: GivenBundle) -> None:
        """What was written out for the hall, until it says that it has it."""
        with self._store.write() as writing:
            writing.state.put("bundle", given)

    def given_bundle(self) -> GivenBundle | None:
        """What was stored last."""
        with self._store.read() as reading:
            return reading.bundle()

    def bundle_parts(self, made_ms: int) -> frozenset[int]:
        """The parts of a bundle of the hall that were taken in whole; older bundles are forgotten."""
        with self._store.read() as reading:
            known_ms, parts = reading.state.get("bundle_parts", [0, []])
            return frozenset(parts if known_ms == made_ms else ())

    def store_bundle_part(self, made_ms: int, part: int) -> None:
        """That part was taken in whole."""
        parts = self.bundle_parts(made_ms) | {part}
        with self._store.write() as writing:
            writing.state.put("bundle_parts", [made_ms, sorted(parts)])

    def append_returned(self, first: int, events: Sequence[tuple[bytes, bytes | None, bytes]], head: bytes) -> None:
        """Own events that this store had lost, with their projections."""
        with self._store.write() as writing:
            device = writing.device()
            returned = journal.append_returned(writing.connection, device, first, list(events), head)
            own = [event_of(device, raw.seq, raw.public, raw.private) for raw in returned]
            projections.project_returned(writing.connection, device, own)
            again = {event.case for event in own if event.kind == "erased" and event.case is not None}
            erasure.erase(writing.connection, device, again)  # the hall has kept what this machine must not have

    def store_feed(self, events: Sequence[FeedEvent], cursor: tuple[int, bytes], seal: Seal) -> None:
        """What the feed brought, the new cursor, and the hall's signature over it; nothing is made of it yet."""
        with self._store.write() as writing:
            connection, put = writing.connection, writing.state.put
            put(projections.TAKEN_UP, projections.taken_up(connection))
            write_rows(connection, _INTO_FEED, [{"n": x.n, "device": x.device, "seq": x.seq} for x in events])
            brought = [_foreign_row(entry) for entry in events if entry.public is not None]
            rows.add(connection, schema.foreign_events, brought)
            put("feed", [cursor[0], cursor[1]])
            put("feed_seal", list(seal))

    def take_up_feed(self) -> None:
        """Make of it what lists and cases show."""
        taking_up.take_up_all(self._store)

    def return_feed(self, hall_feed: tuple[int, bytes]) -> bool:
        """Write down the end of the feed that the hall lost, once for each such end."""
        with self._store.write() as writing:
            handed = fed_feed.hand_back(writing, *hall_feed)
            if handed:
                self._put_trouble(writing, writing.state.get("received", 0), WENT_BACK)
            return handed

    def cut_feed(self) -> bool:
        """Forget the end of the feed that the hall has written anew."""
        with self._store.write() as writing:
            return fed_feed.cut(writing)

    def pending_attachments(self, limit: int) -> Sequence[PendingAttachment]:
        """What the hall lacks of files that it knows of, by the nearest legal day of its case, then age."""
        with self._store.read() as reading:
            return self._pending(reading, reading.state.get("received", 0), limit)

    def pending_named(self, last: int) -> Sequence[PendingAttachment]:
        """All that the hall lacks of files that own events up to seq last name, in the same order."""
        with self._store.read() as reading:
            return self._pending(reading, last, None)

    def _pending(self, reading: ReadTransaction, last: int, limit: int | None) -> list[PendingAttachment]:
        uploads, cases = schema.uploads.c, schema.cases.c
        due = sql_case((cases.due.is_(None), dossier_rows.NO_DUTY), else_=cases.due)
        rows = reading.connection.execute(
            select(uploads.sha256, uploads.size, uploads.sent)
            .join_from(
                schema.uploads,
                schema.cases,
                (cases.case_device == uploads.case_device) & (cases.case_n == uploads.case_n),
                isouter=True,
            )
            .where(uploads.whole_ms.is_(None), uploads.seq <= last)
            .order_by(due, uploads.seq, uploads.sha256)
            .limit(limit)
        )
        return [PendingAttachment(row.sha256, row.size, row.sent) for row in rows]

    def attachment_piece(self, sha256: bytes, offset: int, length: int) -> bytes:
        """Bytes of a scan, opened from its sealed file."""
        if self._opened[0] != sha256:
            self._opened = (sha256, self._vault.get(sha256))
        return self._opened[1][offset : offset + length]

    def store_attachment_held(self, sha256: bytes, held: int, whole: bool) -> None:
        """How much of a scan the hall holds by its own word."""
        now = self._clock.read().wall_ms
        with self._store.write() as writing:
            ours = schema.uploads.c.sha256 == sha256
            writing.connection.execute(
                update(schema.uploads).where(ours).values(sent=held, whole_ms=now if whole else None)
            )

    def book_scans(self, sent: int) -> None:
        """Count bytes of scans for the day's budget."""
        with self._store.write() as writing:
            writing.book_scans(sent)

    def store_link_rate(self, bytes_per_s: int, round_trip_ms: int | None) -> None:
        """The measured rate of the link, for estimates and the size and packing of requests."""
        with self._store.write() as writing:
            writing.state.put("rate", bytes_per_s)
            if round_trip_ms is not None:
                writing.state.put("round_trip_ms", round_trip_ms)

    def unsigned_acceptances(self, most: int) -> Sequence[int]:
        """The oldest own acceptances that the hall has not signed."""
        with self._store.read() as reading:
            found, last = second_stages.waiting(reading, most)
            is_far = not found and second_stages.is_far(reading, last)
        if is_far:
            with self._store.write() as writing:
                second_stages.look_on_from(writing, last)
        return found

    def store_second_stage(self, asked: Sequence[int], applied: int, found: SecondStage | None) -> None:
        """What the hall signed of those asked for."""
        with self._store.write() as writing:
            second_stages.store(writing, asked, applied, found)

    def set_apart(self, why: str) -> None:
        """This home must not use its device id any more."""
        with self._store.write() as writing:
            apart.set_apart(writing, why, self._clock.read().wall_ms)

    def bring_work(self) -> int:
        """Enrolled again: put what was done under the closed ids into the journal, once; how many events."""
        with self._store.write() as writing:
            return replays.bring(writing) if writing.state.get(apart.TO_REPLAY) else 0

    def store_failure(self, error: CounterError, next_try_ms: int | None) -> None:
        """Why the last try ended badly and when the next one is: the clerk sees both."""
        with self._store.write() as writing:
            writing.state.put("last_error", error.code)
            writing.state.put("next_try_ms", next_try_ms)
            seq = error.params.get("seq")
            if error.code == ERASED_WANTED and isinstance(seq, int):
                self._put_trouble(writing, seq, ERASED_WANTED)

    def _store_troubles(self, writing: WriteTransaction, state: HallState, now: int) -> None:
        """The hall's whole list replaces the one before; a hall that went back stays until a person settled it."""
        connection, device = writing.connection, writing.device()
        table = schema.troubles
        known = {
            (row.seq, row.code): row.since_ms
            for row in connection.execute(select(table).where(table.c.device == device))
        }
        own = table.c.device == device
        sent_after_all = (table.c.code == ERASED_WANTED) & (table.c.seq <= state.received)
        connection.execute(delete(table).where(own, table.c.code.not_in(feed_troubles.FOUND_HERE) | sent_after_all))
        for seq, code in state.exceptions:
            place = connection.execute(
                select(schema.case_events.c.case_device, schema.case_events.c.case_n).where(
                    schema.case_events.c.device == device, schema.case_events.c.seq == seq
                )
            ).first()
            row = {
                "device": device,
                "seq": seq,
                "code": code,
                "case_device": place.case_device if place else None,
                "case_n": place.case_n if place else None,
                "since_ms": known.get((seq, code), now),
            }
            connection.execute(upsert(table).values(row).on_conflict_do_nothing())
        if state.went_back:
            self._put_trouble(writing, state.received, WENT_BACK)

    def _put_trouble(self, writing: WriteTransaction, seq: int, code: str) -> None:
        now = self._clock.read().wall_ms
        row = {"device": writing.device(), "seq": max(1, seq), "code": code, "since_ms": now}
        writing.connection.execute(upsert(schema.troubles).values(row).on_conflict_do_nothing())


def _ask_of_files_again(writing: WriteTransaction) -> None:
    """A hall that came out of a backup may lack files that it had told to be whole: nothing of them is sent unless it
    says so."""
    uploads = schema.uploads.c
    told = update(schema.uploads).where(uploads.whole_ms.is_not(None))
    writing.connection.execute(told.values(sent=uploads.size, whole_ms=None))


def _of_the_line(state: HallState, now: int) -> list[tuple[str, object]]:
    """What only an answer over the line says: that a try was answered, that the line works, and the hall's clock."""
    if state.x is None:
        return [("last_contact_ms", state.hall_ms)]
    return [
        ("offset_ms", state.offset_ms),
        ("answered_x", state.x),
        ("last_contact_ms", now),
        ("last_error", ""),
    ]


def _foreign_row(entry: FeedEvent) -> dict[str, object]:
    place = {"device": entry.device, "seq": entry.seq}
    return {**place, "public": entry.public, "c": entry.c, "private": entry.private, "e": entry.e}
