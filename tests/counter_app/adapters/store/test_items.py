"""Releases of items in the station's store: an older store takes them up, and older drafts know where they began."""

from __future__ import annotations

from sqlalchemy import text

from counter_app.station import Station
from forms.examples import example_line
from tests.support.catalogues import SHIPPED_ITEMS, brought, with_length
from tests.support.homes import AGENT, EnrolledHome

AID = "temporary_aid"


def test_a_store_of_the_version_before_offers_what_its_feed_brought_and_its_draft_is_of_the_shipped_version(
    station: Station, home: EnrolledHome
) -> None:
    line = {**example_line(station.desk.catalogue.get(AID), "accept", 1), "outcome": "draft"}
    kept = station.intake.take_in(AGENT, line).draft
    assert kept is not None
    brought(station, [with_length({**SHIPPED_ITEMS[AID], "version": "1001"}, "promise", 3)])
    with station.store.write() as writing:
        writing.connection.execute(text("DROP TABLE item_pieces"))
        writing.connection.execute(text("ALTER TABLE drafts DROP COLUMN version"))
        writing.connection.execute(text("UPDATE alembic_version SET version_num = '0015'"))
        writing.state.put("projection_version", [15, "CN-2026.1"])
    station.close()
    opened = home.open()
    assert [(item.code, item.version) for item in opened.offer.items()] == [(AID, "1001")]
    draft = opened.drafts.open(kept)
    move = opened.drafts.move(draft)
    assert draft.version == ""
    assert move is not None
    assert move.after is not None
    assert (move.before.version, move.after.version, move.limits) == ("1", "1001", ("promise",))
    assert opened.drafts.move_over(AGENT, kept).version == "1001"
    assert opened.verifier.verify().problems == ()
    opened.close()


def test_another_process_that_exchanged_is_seen_by_one_that_was_open(station: Station, home: EnrolledHome) -> None:
    beside = home.open()
    brought(beside, [{**SHIPPED_ITEMS[AID], "version": "1001"}])
    beside.close()
    assert [(item.code, item.version) for item in station.offer.items()] == [(AID, "1001")]
    assert station.desk.catalogue.get(AID, "1").version == "1", "what began before is still read"
