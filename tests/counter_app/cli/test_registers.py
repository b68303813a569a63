"""`ledger --full` and `register`: what goes out in full is logged, what people write is a register's line."""

from __future__ import annotations

from pathlib import Path

from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.in_process import Counter


def test_a_book_is_written_and_a_ledger_goes_out_in_full_only_to_who_says_why(counter: Counter, tmp_path: Path) -> None:
    line = example_line(Catalogue.load().get("elder_allowance"), "receive", 1)
    counter.intake(line).done()
    number, out = line["applicant"]["id_number"], tmp_path / "ledger.csv"
    to_file = ("--format", "csv", "--out", str(out))
    days = _days(counter)
    made = counter.run("ledger", *days, *to_file).done().json
    assert (made["rows"], made["full"]) == (1, False)
    assert number not in out.read_text(encoding="utf-8-sig")
    assert counter.run("ledger", *days, *to_file, "--full", "--reason", "核对").error == "user_needed"
    assert counter.refused("ledger", *days, *to_file, "--full") == "act_needs"
    assert number not in out.read_text(encoding="utf-8-sig")
    made = counter.by_clerk("ledger", *days, *to_file, "--full", "--reason", "核对").done().json
    assert (made["rows"], made["full"]) == (1, True)
    assert f"'{number}" in out.read_text(encoding="utf-8-sig")

    entered = counter.by_clerk("register", "inquiries", "--data", '{"content": "=几点下班"}').done().json
    assert (entered["register"], entered["entry"], entered["content"]) == ("inquiries", 1, "=几点下班")
    counter.by_clerk("register", "inquiries", "--entry", "1", "--data", '{"answer": "五点半"}').done()
    assert counter.refused("register", "inquiries", "--entry", "2", "--data", '{"answer": "x"}') == "entry_unknown"
    assert counter.run("register", "diary", "--data", "{}").code == 2
    made = counter.run("ledger", *days, "--kind", "inquiries", *to_file).done().json
    assert made["rows"] == 1
    assert "'=几点下班,五点半," in out.read_text(encoding="utf-8-sig")
    assert counter.is_whole()


def _days(counter: Counter) -> tuple[str, ...]:
    """The year of the machine's clock."""
    taken = counter.run("case", counter.cases()[0]).done().json["facts"]["saved"]
    return ("--from", f"{taken[:4]}-01-01", "--to", f"{taken[:4]}-12-31")
