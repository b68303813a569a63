"""Numbers at a station: spoiled with a reason, returned at the year's end, and explained to the last one."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.number_register import Fate, Run, Series, SeriesReport
from counter_app.domain.people import Person, Role
from counter_app.services.final_numbers import register_final_numbers
from counter_app.services.numbers import GIVEN_UP
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import journal
from tests.support.homes import AGENT, CHIEF, DEVICE, MONDAY, EnrolledHome, bring, lease

pytestmark = pytest.mark.usefixtures("papers_when_asked")

ITEM = Catalogue.load().get("temporary_aid")
N02 = Series(ITEM.agency, "N02", 2026)
NEW_YEAR = MONDAY.replace(year=2027, month=1, day=1)
SUPERVISOR = Person("钱局", frozenset({Role.SUPERVISOR}))


def take_in(station: Station, n: int = 1, outcome: str = "accept", **more: object) -> Case:
    case = station.intake.take_in(AGENT, example_line(ITEM, outcome, n) | more).case
    assert case is not None
    return case


def spoil(station: Station, case: Case, kind: str = "N02", reason: str = "打印卡纸", **more: object) -> Case:
    return station.acts.act(AGENT, str(case.id), "spoil", {"kind": kind, "reason": reason, **more}).case


def refused(station: Station, case: Case, person: Person = AGENT, **given: object) -> str:
    with pytest.raises(CounterError) as error:
        station.acts.act(person, str(case.id), "spoil", given)
    return error.value.code


def series(station: Station, key: Series = N02) -> SeriesReport:
    [found] = [each for each in station.numbers.report().series if each.series == key]
    return found


def used(found: SeriesReport) -> list[int]:
    return sorted(entry.first for entry in found.with_fate(Fate.USED))


def doubts(station: Station) -> list[tuple[int, int, str]]:
    return [(*doubt.run, doubt.why) for each in station.numbers.report().series for doubt in each.unexplained]


def words(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join(text.split())


def test_a_spoiled_paper_is_made_again_under_the_next_number_and_its_own_is_never_used_again(station: Station) -> None:
    case = take_in(station)
    before = case.notices[-1]
    after = spoil(station, case)
    old, new = after.notices[-2:]
    assert (old.number, old.spoiled) == (before.number, "打印卡纸")
    assert (new.kind, new.template, new.number) == ("N02", before.template, "青政受〔2026〕2号")
    assert "青政受〔2026〕2号" in words(station.papers.pdf(case.id, new))
    assert take_in(station, 2).notices[-1].number == "青政受〔2026〕3号"
    found = series(station)
    [entry] = found.with_fate(Fate.SPOILED)
    assert (entry.first, entry.reason, entry.user, entry.case) == (1, "打印卡纸", AGENT.name, case.id)
    assert (used(found), found.unexplained) == ([1, 2, 3], ())
    assert station.verifier.verify().ok


def test_the_paper_made_again_says_what_the_first_one_said_and_not_why_it_was_spoiled(station: Station) -> None:
    line = example_line(ITEM, "not_required", 1)
    case = station.intake.take_in(AGENT, line).case
    assert case is not None
    first = words(station.papers.pdf(case.id, case.notices[-1]))
    after = spoil(station, case, "N03-A", "墨太淡")
    second = words(station.papers.pdf(case.id, after.notices[-1]))
    assert "".join(str(line["reason"]).split()) in second
    assert "墨太淡" not in second
    assert second.replace("〕2号", "〕1号") == first
    again = spoil(station, after, "N03-A", "又卡纸")  # its words are still those of the first
    assert words(station.papers.pdf(case.id, again.notices[-1])).replace("〕3号", "〕1号") == first


def test_what_may_not_be_spoiled_is_refused_by_name_and_nothing_changes(station: Station) -> None:
    case = take_in(station)
    with station.store.read() as reading:
        head = reading.head()
    assert refused(station, case, kind="N02") == "act_needs"
    assert refused(station, case, reason="卡纸") == "act_needs"
    assert refused(station, case, kind="N01", reason="卡纸") == "notice_without_number"
    assert refused(station, case, kind="N04", reason="卡纸") == "notice_not_issued"
    assert refused(station, case, number="青政受〔2026〕9号", reason="卡纸") == "notice_not_issued"
    assert refused(station, case, SUPERVISOR, kind="N02", reason="卡纸") == "not_your_role"
    with station.store.read() as reading:
        assert reading.head() == head


def test_a_number_that_was_spoiled_is_not_spoiled_again(station: Station) -> None:
    case = take_in(station)
    number = case.notices[-1].number
    spoil(station, case, number=number)
    assert refused(station, case, number=number, reason="再来") == "notice_not_issued"


def test_a_paper_of_another_machine_is_not_spoiled_here(station: Station) -> None:
    case = take_in(station)
    row = {"kind": "N07", "template": "1", "number": "云民延〔2026〕1号"}
    bring(station, NewEvent("number_spoiled", case.id, 0, "钱局", {"kind": "-", "number": "-", "notices": [row]}))
    assert refused(station, case, kind="N07", reason="卡纸") == "paper_of_other"


def test_a_spoiled_temporary_number_gets_no_final_one(station: Station) -> None:
    station.numbers.return_all(AGENT)
    case = take_in(station)
    after = spoil(station, case)
    assert [notice.number for notice in after.notices[1:]] == ["临〔2026〕QX03-01-1", "临〔2026〕QX03-01-2"]
    lease(station, ITEM.agency, "N02", 60, 61)
    with station.store.write() as writing:
        register_final_numbers(writing)
    found = station.numbers.report()
    assert [(row.notice.number, row.notice.final_number) for row in found.temporary] == [
        ("临〔2026〕QX03-01-1", ""),
        ("临〔2026〕QX03-01-2", "青政受〔2026〕60号"),
    ]
    assert doubts(station) == []


def test_numbers_that_were_never_used_are_spoiled_and_passed_over(station: Station) -> None:
    take_in(station)
    station.numbers.spoil(AGENT, N02, Run(2, 3), "预印纸撕坏")
    station.numbers.spoil(AGENT, N02, Run(6, 6), "预印纸撕坏")
    assert [take_in(station, n).notices[-1].number for n in range(2, 5)] == [
        f"青政受〔2026〕{n}号" for n in (4, 5, 7)
    ]
    found = series(station)
    assert [(entry.first, entry.last, entry.reason) for entry in found.with_fate(Fate.SPOILED)] == [
        (2, 3, "预印纸撕坏"), (6, 6, "预印纸撕坏"),
    ]  # fmt: skip
    assert found.unexplained == ()
    assert station.verifier.verify().ok


@pytest.mark.parametrize(
    ("run", "code"),
    [(Run(1, 1), "number_used"), (Run(50, 51), "numbers_not_here"), (Run(3, 9), "number_ended_before")],
)
def test_only_free_numbers_of_this_machine_are_spoiled(station: Station, run: Run, code: str) -> None:
    take_in(station)
    station.numbers.spoil(AGENT, N02, Run(9, 9), "撕坏")
    with pytest.raises(CounterError) as error:
        station.numbers.spoil(AGENT, N02, run, "撕坏")
    assert error.value.code == code


def test_what_is_left_of_a_year_goes_back_at_the_first_start_of_the_next_however_late(home: EnrolledHome) -> None:
    station = home.open()
    lease(station, ITEM.agency, "N02", 1, 20)
    take_in(station)
    station.numbers.spoil(AGENT, N02, Run(10, 11), "撕坏")
    station.close()
    home.clock.now = NEW_YEAR + timedelta(days=90)
    station = home.open()
    found = series(station)
    assert [(entry.first, entry.last) for entry in found.with_fate(Fate.RETURNED)] == [(2, 9), (12, 20)]
    assert (found.open, found.unexplained) == ((), ())
    station.close()
    station = home.open()  # once only
    assert len(series(station).with_fate(Fate.RETURNED)) == 2
    assert station.verifier.verify().ok
    station.close()


def test_a_window_that_stays_open_over_new_year_returns_them_with_its_first_act(home: EnrolledHome) -> None:
    station = home.open()
    lease(station, ITEM.agency, "N02", 1, 20)
    case = take_in(station)
    home.clock.now = NEW_YEAR
    later = take_in(station, 2)
    assert later.notices[-1].number == "临〔2027〕QX03-01-1"  # no block of the new year has come yet
    assert [entry.first for entry in series(station).with_fate(Fate.RETURNED)] == [2]
    assert spoil(station, case).notices[-1].number == "临〔2027〕QX03-01-2"
    lease(station, ITEM.agency, "N02", 1, 9, year=2027)
    assert take_in(station, 3).notices[-1].number == "青政受〔2027〕1号"  # the sequence begins anew
    assert doubts(station) == []
    assert station.verifier.verify().ok
    station.close()


def test_a_machine_that_is_given_up_returns_everything_and_asks_for_no_more(station: Station) -> None:
    take_in(station)
    with pytest.raises(CounterError, match="not_your_role"):
        station.numbers.return_all(Person("李", frozenset({Role.CLERK})))
    assert sum(run.last - run.first + 1 for _, run in station.numbers.return_all(CHIEF)) >= 49
    assert all(not each.open for each in station.numbers.report().series)
    assert take_in(station, 2).notices[-1].temporary
    with station.store.write() as writing:
        writing.state.put("last_contact_ms", 1)
    station.exchange.prepare_numbers()
    with station.store.read() as reading:
        assert reading.setting(GIVEN_UP)
        own = [event for event in journal.read(reading.connection, DEVICE) if event.kind == "block_wanted"]
    assert [dict(event.data) for event in own] == [{**N02._asdict(), "count": 1}]  # for the paper without a number
    station.numbers.resume(CHIEF)
    station.exchange.prepare_numbers()
    with station.store.read() as reading:
        later = [event for event in journal.read(reading.connection, DEVICE) if event.kind == "block_wanted"]
    assert {event.data["kind"] for event in later[1:]} > {"N03-A", "N04"}


def test_more_numbers_are_asked_for_when_less_than_two_weeks_use_is_left(home: EnrolledHome) -> None:
    station = home.open()
    lease(station, ITEM.agency, "N02", 1, 17)
    for n in range(9):
        take_in(station, n)
    home.clock.now = MONDAY.replace(month=12, day=1)  # nine used within two weeks and a day: none counts any more
    with station.store.write() as writing:
        writing.state.put("last_contact_ms", 1)
    station.exchange.prepare_numbers()
    with station.store.read() as reading:
        own = [dict(e.data) for e in journal.read(reading.connection, DEVICE) if e.kind == "block_wanted"]
    assert {**N02._asdict(), "year": 2027, "count": 5} in own  # next year's, from 1 December
    assert N02 not in [Series(d["agency"], d["kind"], d["year"]) for d in own]  # type: ignore[arg-type]
    station.close()


def test_an_agency_with_the_form_style_has_its_numbers_so(station: Station) -> None:
    with station.store.write() as writing:
        profile = dict(writing.state.get("profile"))
        profile["agency_records"] = [{**row, "number_style": "form"} for row in profile["agency_records"]]
        writing.state.put("profile", profile)
    case = take_in(station)
    assert case.notices[-1].number == "青政受字〔2026〕第0001号"
    assert "青政受字〔2026〕第0001号" in words(station.papers.pdf(case.id, case.notices[-1]))


@dataclass
class Year:
    """A station and chance; what is compared with the register comes from the cases, which know nothing of blocks."""

    home: EnrolledHome
    chance: random.Random
    station: Station = field(init=False)
    given: dict[int, int] = field(default_factory=dict)  # by year: the last number that the hall leased
    lines: int = 0
    ended: int = 0

    def __post_init__(self) -> None:
        self.station = self.home.open()

    @property
    def year(self) -> int:
        return self.home.clock.now.year

    def step(self) -> None:
        self.chance.choice([self.take] * 4 + [self.lease, self.lease, self.spoil, self.tear, self.wait, self.back])()

    def take(self) -> None:
        self.lines += 1
        take_in(self.station, self.lines)

    def lease(self) -> None:
        first = self.given.get(self.year, 0) + self.chance.randint(1, 30)  # others have numbers too
        last = self.given[self.year] = first + self.chance.randint(0, 6)
        lease(self.station, ITEM.agency, "N02", first, last, self.year)

    def spoil(self) -> None:
        found = [case for case in self.cases() if case.notice("N02") is not None]
        if not found:
            return
        spoil(self.station, self.chance.choice(found))

    def tear(self) -> None:
        opened = [each.run for found in self.station.numbers.report(self.year).series for each in found.open]
        if opened:
            run = self.chance.choice(opened)
            n = self.chance.randint(run.first, run.last)
            last = self.chance.randint(n, run.last)
            self.station.numbers.spoil(CHIEF, N02._replace(year=self.year), Run(n, last), "撕坏")
            self.ended += last - n + 1

    def cases(self) -> list[Case]:
        with self.station.store.read() as reading:
            return reading.cases_touched(0)

    def wait(self) -> None:
        self.home.clock.now += timedelta(days=self.chance.randrange(40))
        if self.chance.random() < 0.5:
            self.station.close()
            self.station = self.home.open()

    def back(self) -> None:
        if self.chance.random() < 0.3:
            self.station.numbers.return_all(CHIEF)


@pytest.mark.parametrize("seed", [1, 20261122])
def test_whatever_is_done_with_numbers_the_report_explains_each_and_finds_each_planted_fault(
    home: EnrolledHome, seed: int
) -> None:
    year = Year(home, random.Random(seed))
    for _ in range(35):
        year.step()
        assert doubts(year.station) == []
    reports = year.station.numbers.report().series
    entries = [entry for found in reports for entry in found.entries if entry.series.kind == "N02"]
    papers = [notice for case in year.cases() for notice in case.notices if notice.kind == "N02"]
    leased = [notice for notice in papers if notice.final_number or not notice.temporary]
    assert sum(entry.fate is Fate.USED for entry in entries) == len(leased) > 3
    torn = [entry for entry in entries if entry.fate is Fate.SPOILED and entry.case is None]
    assert sum(entry.last - entry.first + 1 for entry in torn) == year.ended
    assert sum(entry.fate is Fate.SPOILED and entry.case is not None for entry in entries) == sum(
        bool(notice.spoiled) for notice in leased
    )
    every = {n for found in reports for b in found.blocks for n in ((b.series, n) for n in range(b.first, b.last + 1))}
    known = {(e.series, n) for e in entries for n in range(e.first, e.last + 1)}
    opened = {(f.series, n) for f in reports for each in f.open for n in range(each.run.first, each.run.last + 1)}
    assert every == known | opened
    assert not known & opened
    assert year.station.verifier.verify().ok
    _plant_faults(year)
    year.station.close()


def _plant_faults(year: Year) -> None:
    station, key = year.station, N02._replace(year=year.year)
    first = year.given.get(year.year, 0) + 100
    lease(station, ITEM.agency, "N02", first, first + 9, year.year)
    case = take_in(station, 999)
    base = {"agency": key.agency, "series": key.kind, "year": key.year}

    def put(n: int) -> None:
        row = {"kind": "N02", "template": "1", "number": f"青政受〔{key.year}〕{n}号", "n": n, **base}
        plain = {"kind": "-", "number": "-", "notices": [row]}
        with station.store.write() as writing:
            writing.append([NewEvent("number_spoiled", case.id, case.epoch, "周敏", plain, {"reason": "-"})])

    put(first + 4)
    put(first + 4)  # reused
    put(first + 7)  # 5 and 6 skipped
    with station.store.write() as writing:
        returned = {**base, "first": first + 9, "last": first + 9}
        writing.append([NewEvent("numbers_returned", None, 0, "周敏", returned)])
    put(first + 9)  # returned
    put(first + 500)  # of no block
    found = set(doubts(station))
    wanted = {
        (first + 4, first + 4, "used_twice"),
        (first + 5, first + 6, "hole"),
        (first + 9, first + 9, "used_and_returned"),
        (first + 500, first + 500, "outside_block"),
    }
    assert wanted <= found
    assert station.verifier.verify().ok  # the register is what the journal says, faults and all
