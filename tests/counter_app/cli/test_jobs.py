"""Agent jobs by command: intake at a station that nobody entrusted, lists, acts, papers, ledger."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from counter_app.domain.moments import CHINA
from counter_app.domain.people import Role
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import make_home
from tests.support.in_process import Counter
from tests.support.programs import CLERK, PIN


def test_papers_are_taken_on_handed_in_and_listed_with_their_own_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    opened = make_home(tmp_path / "home", entrusted=[]).open()
    opened.people.add(None, CLERK, frozenset({Role.AGENT}), PIN)
    opened.close()
    counter = Counter(tmp_path / "home")
    line = example_line(Catalogue.load().get("elder_allowance"), "receive", 1)
    taken = counter.intake({**line, "entrustment": "e-1"}, {**line, "key": "second", "outcome": "accept"})
    first, second = taken.lines
    assert (first["case"], first["state"]) == (None, "COLLECTED")
    assert [notice["kind"] for notice in first["notices"]] == ["N14", "N15"]
    assert set(first["due"]) == {"check", "promise", "statutory", "agent"}
    assert first["due"]["statutory"] is None
    assert second["error"]["code"] in {"station_not_entrusted", "materials_missing", "line_key_missing"}
    job = first["job"]
    assert [row["job"] for row in counter.by_clerk("jobs").done().lines] == [job]
    assert counter.by_clerk("jobs", "--state", "SUBMITTED").done().lines == []
    actions = {row["action"]: row["allowed"] for row in counter.by_clerk("actions", job).done().json["actions"]}
    assert (actions["hand_to_window"], actions["hand_back"]) == (True, False)
    assert counter.refused("act", job, "hand_to_window", "--data", "{}") == "act_needs"
    given = '{"window": "3号窗口", "receiver": "周敏", "signed": true, "entrustment_signed": true}'
    done = counter.by_clerk("act", job, "hand_to_window", "--data", given).done().json
    assert (done["state"], [notice["kind"] for notice in done["issued"]]) == ("SUBMITTED", ["N15"])
    assert counter.refused("act", job, "hand_to_window", "--data", given) == "job_wrong_state"
    assert counter.refused("job", "QX99-01-0001.1-A") in {"job_unknown", "local_number_check"}
    shown = counter.by_clerk("job", first["entrustment"]).done().json
    assert line["applicant"]["id_number"] not in str(shown)
    paper = tmp_path / "n14.pdf"
    counter.by_clerk("notice", job, "N14", "--out", str(paper)).done()
    assert paper.read_bytes().startswith(b"%PDF")
    year = datetime.now(CHINA).year
    days = ("--from", f"{year}-01-01", "--to", f"{year}-12-31")
    for form in ("xlsx", "pdf", "csv"):
        out = tmp_path / f"agent.{form}"
        made = counter.run("ledger", *days, "--kind", "agent", "--format", form, "--out", str(out)).done().json
        assert (made["rows"], out.exists()) == (1, True)
    assert counter.is_whole()
