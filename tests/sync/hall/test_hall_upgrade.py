"""A hall's store that an earlier program wrote is brought up to date as it is opened, once, and loses nothing."""

from __future__ import annotations

from sqlalchemy import inspect, update

from counter_app.domain.states import Action
from sync.hall.store import open_store
from sync.hall.tables import PROJECTION_VERSION, SCHEMA_VERSION, case_links, cases, hall_facts
from tests.sync.hall.conftest import RealHall


def test_a_store_of_the_first_version_gets_its_new_tables_and_its_cases_anew(own_hall: RealHall) -> None:
    village = own_hall.village()
    village.act(village.receive(), Action.ACCEPT)
    village.sync()
    own_hall.stop()
    with own_hall.opened() as hall:
        older = open_store(own_hall.store_url, hall.id)
    with older.write() as conn:
        case_links.drop(conn)
        conn.execute(update(cases).values(body=b"\x80"))
        conn.execute(update(hall_facts).where(hall_facts.c.name.in_(["schema", "projection"])).values(value="1"))
    older.close()
    found = own_hall.command("verify").json
    assert found["ok"], found["problems"]
    with own_hall.opened() as newer, newer.store.read() as conn:
        assert inspect(conn).has_table(case_links.name)
        facts = {row.name: row.value for row in conn.execute(hall_facts.select())}
    assert (facts["schema"], facts["projection"]) == (str(SCHEMA_VERSION), str(PROJECTION_VERSION))
