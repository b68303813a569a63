"""A month of random cases goes to the provincial hub: `hall export up-pro`, loaded into a real database.

COUNTER_HUB_CASES=3000 takes a whole month; the default is a few days of it. COUNTER_HUB_COUNTY names a folder with a
county that lived through such a month already.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier

from counter_app.domain.case import Case
from counter_app.services.ledger import counter_ledger
from counter_app.services.papers import Papers
from resources.codes import standard_codes
from resources.texts import text
from sync import journal
from sync.canonical import event_of
from sync.hall.__main__ import main as run_hall
from sync.hall.up_pro.tables import tables
from tests.support.month import lived_through
from tests.support.postgres import Cluster, postgres
from tests.support.walk import Walk

CASES = int(os.environ.get("COUNTER_HUB_CASES", "40"))
SEED = int(os.environ.get("COUNTER_HUB_SEED", "11"))
LIVED = os.environ.get("COUNTER_HUB_COUNTY", "")
FIRST, LAST = date(2026, 11, 1), date(2027, 1, 31)
BEYOND = "[\U00010000-\U0010ffff]"
NAMES = [table.name for table in tables()]


@pytest.fixture
def month(walk_county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])  # made when they are asked for
    shutil.copytree(LIVED or walk_county, tmp_path / "county")
    walk = Walk(tmp_path / "county", lately=60)
    if LIVED:
        walk.county.clock.now += timedelta(days=30)
    else:
        lived_through(walk, CASES, SEED, acts=6, of_the_hall=2)
    yield walk
    walk.county.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with postgres() as running:
        yield running


def exported(walk: Walk, out: Path, *options: str) -> dict[str, Any]:
    said = io.StringIO()
    period = ["--from", FIRST.isoformat(), "--to", LAST.isoformat()]
    where = ["--home", str(walk.county.folder / "hall"), "--out", str(out), "--database", "postgresql"]
    with redirect_stdout(said), pytest.raises(SystemExit):
        run_hall(["export", "up-pro", *period, *where, *options, "--json"])
    return dict(json.loads(said.getvalue()))


def rows_of(out: Path, name: str) -> list[dict[str, str]]:
    with (out / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def loaded(cluster: Cluster, out: Path, *, three_bytes: bool) -> str:
    """A database with the tables as the hub has them, filled by the SQL file."""
    database = cluster.new_database()
    with cluster.connected(database) as conn:
        conn.execute((out / "up_pro_tables.sql").read_bytes())
        for table in tables() if three_bytes else ():
            for column in (column.name for column in table.columns if column.length):
                refuse = SQL("ALTER TABLE {} ADD CHECK ({} !~ {})")
                conn.execute(refuse.format(Identifier(table.name), Identifier(column), BEYOND))
        conn.execute((out / "up_pro.sql").read_bytes())
    return database


def counted(cluster: Cluster, database: str) -> dict[str, int]:
    with cluster.connected(database) as conn:
        query = SQL("SELECT count(*) FROM {}")
        return {name: conn.execute(query.format(Identifier(name))).fetchone()[0] for name in NAMES}  # type: ignore[index]


def differing(cluster: Cluster, database: str, out: Path) -> int:
    """How many rows of the CSV files differ from those that the SQL file brought."""
    found = 0
    with cluster.connected(database) as conn:
        for table in tables():
            here, there = Identifier(table.name), Identifier(f"copy_of_{table.name}")
            names = SQL(", ").join(Identifier(column.name) for column in table.columns)
            conn.execute(SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS)").format(there, here))
            copy = SQL("COPY {} ({}) FROM STDIN (FORMAT csv, HEADER)").format(there, names)
            with conn.cursor().copy(copy) as into:
                into.write((out / f"{table.name}.csv").read_bytes())
            both = SQL("SELECT count(*) FROM ((TABLE {} EXCEPT TABLE {}) UNION ALL (TABLE {} EXCEPT TABLE {})) AS d")
            found += conn.execute(both.format(here, there, there, here)).fetchone()[0]  # type: ignore[index]
    return found


def by_the_ledgers(walk: Walk) -> Counter[str]:
    """What the stations' own daily ledgers say together; a case that two of them have counts once."""
    rows: dict[object, dict[str, Any]] = {}
    for machine in walk.machines:
        ledger = counter_ledger(machine.station.desk, FIRST, LAST)
        for row in ledger.rows:
            if row.counted:
                rows[row.case] = dict(zip((column.code for column in ledger.columns), row.cells, strict=True))
    ends = standard_codes().maps["result"]
    words = {text(f"ledger.result.{kind}"): kind for kind in ends}
    found = Counter(words[row["result"]] for row in rows.values() if row["result"])
    return Counter(
        received=len(rows),
        accepted=sum(bool(row["accepted_at"]) for row in rows.values()),
        decided=found["granted"] + found["denied"],
        not_accepted=found["refused"] + found["not_required"],
        put_back=found["returned"] + found["given_up"],
        withdrawn=found["withdrawn"],
        voided=found["voided"],
    )


def has_rare(case: Case) -> bool:
    words = [case.applicant.name, case.applicant.address, case.proxy.name if case.proxy else ""]
    return any(character > "\uffff" for word in words for character in word)


def test_a_month_loads_into_the_hub_and_agrees_with_the_ledgers(month: Walk, tmp_path: Path, cluster: Cluster) -> None:
    done = exported(month, tmp_path / "out", "--data-source", "379")
    out = tmp_path / "out"
    assert done["adds_up"]
    figures = {check["code"]: check["by_rows"] for check in done["checks"]}
    ledgers = by_the_ledgers(month)
    del figures["materials"]  # those, no ledger counts as rows
    assert figures == {code: ledgers[code] for code in figures}
    written = {row["table"]: row["written"] for row in done["tables"]}
    database = loaded(cluster, out, three_bytes=True)
    assert counted(cluster, database) == written
    assert min(written.values()) > 0
    assert differing(cluster, database, out) == 0
    rejected = rows_of(out, "rejected.csv")
    cases = [case for case in month.county.hall_cases() if case.accepted_at_ms and not case.continued_by]
    rare = {str(case.id) for case in cases if has_rare(case)}
    assert rare
    assert {row["case"] for row in rejected if row["code"] == "four_bytes"} == rare
    assert not rare & {row["project_no"] for name in NAMES for row in rows_of(out, f"{name}.csv")}
    assert all(row["reason"] and row["remedy"] for row in rejected)
    names = {case.applicant.name for case in month.county.hall_cases()}
    assert not [name for name in names if name in (out / "rejected.csv").read_text("utf-8-sig")]

    whole = exported(month, tmp_path / "mb4", "--utf8mb4")
    assert "four_bytes" not in {row["code"] for row in rows_of(tmp_path / "mb4", "rejected.csv")}
    database = loaded(cluster, tmp_path / "mb4", three_bytes=False)
    accepted = next(row for row in whole["tables"] if row["table"] == "up_pro_accept")
    assert counted(cluster, database)["up_pro_accept"] == accepted["written"] == accepted["made"] == ledgers["accepted"]
    assert differing(cluster, database, tmp_path / "mb4") == 0

    with month.county.hall.store.read() as conn:
        last = list(journal.rows(conn, "hall", 0))[-1]
        event = event_of("hall", last.seq, last.public, last.private)
    assert (event.kind, event.data["what"], event.data["rows"]) == ("revealed", "up_pro", whole["rows"])
    assert month.county.hall_problems() == []
