"""Take the private part of a case off this machine (sync design section 1): only the retention service asks for it.

What stays is the chain: public parts, hashes and commitments, which without
their keys cannot be guessed back. A file goes after the commit, unless another
case needs it; until then its hash stands in `files_to_delete`.
"""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_bytes

from sqlalchemy import Connection, Table, and_, delete, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import own_devices, projections, schema
from counter_app.adapters.store.case_bytes import entrustment_from_bytes, from_bytes
from counter_app.domain.dossiers import Dossier
from counter_app.domain.identifiers import CaseId
from sync import journal, journal_tables

_NOTHING = 1  # bytes of a private part that says nothing: the empty map
_RESIDUE = "erasure_residue"


def erase(connection: Connection, device: str, cases: Iterable[CaseId]) -> None:
    """Forget what these cases say of people: private parts with their keys, search words, papers, scans, sender's keys.

    The cases are folded anew from what is left. Once more it does no harm.
    """
    for case in sorted(cases):
        _forget_private_parts(connection, device, case)
        _forget_files(connection, case)
        keys = schema.intake_keys.c
        connection.execute(
            delete(schema.intake_keys).where(keys.case_device == case.device, keys.case_n == case.n)
        )
        projections.fold_cases(connection, device, [case])
        _note_residue(connection)


def residue(connection: Connection) -> bytes | None:
    """The mark of the newest erasure since the file was made anew, None if nothing was erased.

    `secure_delete` overwrites what is deleted, but not what SQLite left behind when it moved rows from page to page:
    of thousands of erased numbers a few could still be read there.
    """
    return connection.scalar(select(schema.state.c.value).where(schema.state.c.name == _RESIDUE))


def residue_gone(connection: Connection, mark: bytes) -> None:
    """The file was made anew since that mark; what was erased meanwhile has another one, which stays."""
    state = schema.state.c
    connection.execute(delete(schema.state).where(state.name == _RESIDUE, state.value == mark))


def _note_residue(connection: Connection) -> None:
    mark = token_bytes(8)
    noted = upsert(schema.state).values(name=_RESIDUE, value=mark)
    connection.execute(noted.on_conflict_do_update(index_elements=["name"], set_={"value": mark}))


def over(found: Iterable[Dossier]) -> list[CaseId]:
    """Of these cases, those that were erased here and are at an end: what still comes in of them is erased as well."""
    return [case.id for case in found if case.erased and not case.is_open]


def ended(connection: Connection) -> list[Dossier]:
    """Cases and entrustments at an end of which this machine still has a private part, the longest untouched first."""
    found: list[Dossier] = [from_bytes(body) for body in _ended(connection, schema.cases)]
    return found + [entrustment_from_bytes(body) for body in _ended(connection, schema.entrustments)]


def _ended(connection: Connection, of_kind: Table) -> list[bytes]:
    table, places = of_kind.c, schema.case_events.c
    own = schema.metadata.tables[journal_tables.journal_private.name]
    says_something = [
        select(literal(1))
        .select_from(schema.case_events.join(part, (part.c.device == places.device) & (part.c.seq == places.seq)))
        .where(places.case_device == table.case_device, places.case_n == table.case_n)
        .where(func.length(part.c.private) > _NOTHING)
        .exists()
        for part in (own, schema.foreign_events)
    ]
    wanted = (
        select(table.body)
        .where(table.open.is_(False), or_(*says_something))
        .order_by(table.changed_ms, table.case_device, table.case_n)
    )
    return list(connection.scalars(wanted))


def count_files_to_delete(connection: Connection) -> int:
    """How many files of erased cases are still to go."""
    return int(connection.scalar(select(func.count()).select_from(schema.files_to_delete)) or 0)


def files_to_delete(connection: Connection, limit: int) -> list[bytes]:
    """Hashes of files whose case was erased and that are still to go."""
    wanted = select(schema.files_to_delete.c.sha256).order_by(schema.files_to_delete.c.sha256).limit(limit)
    return [bytes(sha256) for sha256 in connection.scalars(wanted)]


def is_needed(connection: Connection, sha256: bytes) -> bool:
    """Whether a case that was not erased, or a page that was scanned here and is not settled, names the file."""
    tables = (schema.case_files, schema.papers, schema.sealed_papers, schema.uploads)
    named = [select(literal(1)).select_from(table).where(table.c.sha256 == sha256).exists() for table in tables]
    kept = schema.kept_scans.c
    named.append(select(literal(1)).where(or_(kept.sha256 == sha256, kept.original == sha256)).exists())
    return bool(connection.scalar(select(or_(*named))))


def file_settled(connection: Connection, sha256: bytes) -> None:
    """The file is gone, or stays for good reason."""
    connection.execute(delete(schema.files_to_delete).where(schema.files_to_delete.c.sha256 == sha256))


def _forget_private_parts(connection: Connection, device: str, case: CaseId) -> None:
    places, foreign = schema.case_events.c, schema.foreign_events.c
    of_case = and_(places.case_device == case.device, places.case_n == case.n)
    written = [(row.device, row.seq) for row in connection.execute(select(places.device, places.seq).where(of_case))]
    replayed = [event.origin.id for event in projections.case_history(connection, case) if event.origin is not None]
    written += [(origin.device, origin.seq) for origin in replayed]  # the same words, under a closed id
    for own in {device, *(former.device for former in own_devices.former(connection))}:
        journal.erase(connection, own, [seq for written_by, seq in written if written_by == own])
    others = select(places.seq).where(of_case, places.device == foreign.device, places.seq == foreign.seq).exists()
    connection.execute(update(schema.foreign_events).where(others).values(private=None, e=None))


def _forget_files(connection: Connection, case: CaseId) -> None:
    """Note every file of the case to be deleted; a scan that another case names is from now on that case's to send."""
    named: set[bytes] = set()
    for table in (schema.case_files, schema.papers, schema.sealed_papers, schema.uploads):
        of_case = and_(table.c.case_device == case.device, table.c.case_n == case.n)
        named.update(bytes(sha256) for sha256 in connection.scalars(select(table.c.sha256).where(of_case)))
        if table is not schema.uploads:
            connection.execute(delete(table).where(of_case))
    upload, files = schema.uploads.c, schema.case_files.c
    for sha256 in sorted(named):
        heir = connection.execute(
            select(files.case_device, files.case_n).where(files.sha256 == sha256).order_by(*files)
        ).first()
        its_row = and_(upload.sha256 == sha256, upload.case_device == case.device, upload.case_n == case.n)
        if heir is None:
            connection.execute(delete(schema.uploads).where(its_row))
            connection.execute(upsert(schema.files_to_delete).values(sha256=sha256).on_conflict_do_nothing())
        else:
            handed_on = {"case_device": heir.case_device, "case_n": heir.case_n}
            connection.execute(update(schema.uploads).where(its_row).values(handed_on))
