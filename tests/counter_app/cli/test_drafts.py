"""`drafts`, `draft ID`: an unfinished application whose item the hall has changed, moved over by command."""

from __future__ import annotations

import pytest

from counter_app.bootstrap import open_station
from forms.item_document import Document
from tests.support.catalogues import SHIPPED_ITEMS, brought, with_length
from tests.support.in_process import Counter
from tests.support.lines import accepted_line

AID = "temporary_aid"


def release(counter: Counter, monkeypatch: pytest.MonkeyPatch, document: Document) -> None:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    station = open_station(counter.home)
    brought(station, [document])
    station.close()


def test_a_draft_tells_what_changes_is_moved_over_and_keeps_what_has_no_place(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = {**accepted_line(AID, 1), "outcome": "draft"}
    draft = str(counter.intake(line).done().lines[0]["draft"])
    [row] = counter.by_clerk("drafts").done().json["drafts"]
    assert (row["item"], row["version"], row["behind"], row["newest"]) == (AID, "1", False, None)
    assert counter.refused("draft", draft, "--move") == "draft_is_current"
    assert counter.run("drafts").error == "user_needed", "who is applying is not for everybody"

    gone = next(name for name in line["fields"] if name != "residence")
    fields = [row for row in SHIPPED_ITEMS[AID]["fields"] if row["id"] != gone and gone not in str(row.get("when"))]
    materials = [rule for rule in SHIPPED_ITEMS[AID]["materials"] if gone not in str(rule.get("when"))]
    other = {**SHIPPED_ITEMS[AID], "version": "1001", "fields": fields, "materials": materials}
    newer = with_length(other, "promise", 3)
    release(counter, monkeypatch, newer)
    [item] = counter.run("items").done().json["items"]
    assert (item["code"], item["version"]) == (AID, "1001")
    would = counter.by_clerk("draft", draft).done().json
    assert (would["behind"], would["version"], would["newest"]) == (True, "1", "1001")
    assert gone in {left["id"] for left in would["would"]["gone"]}
    assert (would["would"]["limits"], would["would"]["withdrawn"], would["left_over"]) == (["promise"], False, [])

    moved = counter.by_clerk("draft", draft, "--move").done().json
    assert (moved["behind"], moved["version"], moved["would"]) == (False, "1001", None)
    assert line["fields"][gone] in [left["value"] for left in moved["left_over"]]
    assert counter.by_clerk("draft", draft, "--dismiss").done().json["left_over"] == []
    assert counter.refused("draft", "999") == "draft_unknown"


def test_a_line_for_an_item_that_is_not_offered_any_more_is_refused(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = accepted_line("elder_allowance", 1)
    case = counter.intake(line).done().lines[0]["case"]
    release(counter, monkeypatch, {**SHIPPED_ITEMS[AID], "version": "1001"})
    assert counter.intake({**line, "key": "another"}).lines[0]["error"]["code"] == "item_withdrawn"
    assert counter.intake(line).done().lines[0]["again"], "what was taken in before is still that case"
    assert counter.run("case", case).done().json["state"] == "ACCEPTED"
    assert counter.is_whole()
