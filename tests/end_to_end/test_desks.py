"""Two counters of one station share their cases at its desk, a village keeps its own; one hall (sync design section 2).

COUNTER_DESK_STEPS makes the walk longer, COUNTER_DESK_SEED takes another one.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from pypdf import PdfReader

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.services.exchange import ExchangeMeans
from counter_app.services.papers import Papers
from counter_app.services.stored_facts import CaseQuery
from sync.hall import cases as hall_cases
from sync.hall import places, troubles
from sync.ports import HallLink, LinkCut, LinkDown, Traffic
from tests.support.county import InnerLink, Machine, SmallCounty, refused
from tests.support.lines import accepted_line
from tests.support.postbag import answered, round_trip, unpacked
from tests.support.walk import CHIEF, CLERK, START, Walk, claimed_and_done

STEPS = int(os.environ.get("COUNTER_DESK_STEPS", "80"))
SEED = int(os.environ.get("COUNTER_DESK_SEED", "20261122"))
PLACES = ("QX03", "YL01", "YL01b")
DESK = "YL01-desk"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A village, and two counters of a county hall that shares; made once."""
    folder = tmp_path_factory.mktemp("desks")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("COUNTER_PASSPHRASE", "HALL_PASSPHRASE"):
            patch.setenv(name, "words of the desk")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        county = SmallCounty(folder)
        county.add_station("QX03")
        county.add_station("YL01", "county", sharing="desk")
        county.add_machine("YL01", "YL01b")
        county.close()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("COUNTER_PASSPHRASE", "HALL_PASSPHRASE"):
        monkeypatch.setenv(name, "words of the desk")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


class Desks:
    """The county with names for its people."""

    def __init__(self, folder: Path) -> None:
        self.county = SmallCounty.again(folder, PLACES)
        self.county.clock.now = START
        self.village, self.left, self.right = (self.county.machines[name] for name in PLACES)
        self._lines = 0

    def taken_in(self, machine: Machine | None = None, outcome: str = "receive") -> CaseId:
        """A new case, and everybody has heard of it."""
        taken = self.unsent(machine or self.left, outcome)
        self.everybody_exchanges()
        return taken

    def unsent(self, machine: Machine, outcome: str = "receive") -> CaseId:
        """A new case, and nobody has heard of it."""
        self._lines += 1
        line = {**accepted_line("elder_allowance", self._lines), "outcome": outcome}
        taken = machine.station.intake.take_in(CLERK, line).case
        assert taken is not None
        return taken.id

    def everybody_exchanges(self) -> None:
        for machine in (self.left, self.right, self.left):
            machine.sync()

    def at_hall(self, case: CaseId) -> Case:
        return next(found for found in self.county.hall_cases() if found.id == case)

    def kinds(self, case: CaseId) -> list[str]:
        with self.county.hall.store.read() as conn:
            return [event.kind for event, late in hall_cases.history(conn, case) if not late]

    def shares(self, station: str, sharing: str) -> None:
        """The operator changes it, as `hall station add` does."""
        with self.county.hall.store.write() as conn:
            places.add_station(conn, station, "", None, sharing, None)

    def everything_holds(self) -> None:
        self.everybody_exchanges()
        self.village.sync()
        at_hall = {case.id: case for case in self.county.hall_cases()}
        for machine in (self.village, self.left, self.right):
            assert machine.station.verifier.verify().ok
            for case in machine.station.cases.search(CaseQuery(limit=1000)):
                there = at_hall[case.id]
                assert (case.state, case.holder, case.epoch) == (there.state, there.holder, there.epoch)
        assert self.county.hall_problems() == []


def words_of(pdf: bytes) -> list[str]:
    """What stands on the paper, but for who signed its code."""
    signed_by = "中心已签名确认", "本机签名", "尚无中心签名"
    lines = (line for page in PdfReader(BytesIO(pdf)).pages for line in page.extract_text().splitlines())
    return [line for line in lines if line not in signed_by]


@pytest.fixture
def desks(folder: Path) -> Iterator[Desks]:
    opened = Desks(folder)
    yield opened
    opened.county.close()


def shown(machine: Machine, case: CaseId) -> Case:
    return machine.station.cases.view(str(case)).case


def without_network(machine: Machine) -> None:
    machine.station.exchange.means = _over(machine, NoLink())


def with_network(desks: Desks, machine: Machine) -> None:
    machine.station.exchange.means = _over(machine, InnerLink(desks.county.app))


def _over(machine: Machine, link: HallLink) -> ExchangeMeans:
    return replace(machine.station.exchange.means, link=lambda: link)


class NoLink:
    """No hall can be reached."""

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        raise LinkDown("test")

    def head(self, query: bytes) -> Iterable[bytes]:
        raise LinkDown("test")

    enrol = head

    def traffic(self) -> Traffic:
        return Traffic(0, 0)


class DeafLink(InnerLink):
    """What it sends arrives, and no answer comes back."""

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]:
        super().exchange(body)
        raise LinkCut("test")

    def head(self, query: bytes) -> Iterable[bytes]:
        raise LinkDown("test")


# the desk ---------------------------------------------------------------------------------------


def test_after_an_exchange_an_open_case_lies_at_the_desk_and_every_counter_sees_it_there(desks: Desks) -> None:
    case = desks.taken_in()
    assert {shown(machine, case).holder for machine in (desks.left, desks.right)} == {DESK}
    assert desks.at_hall(case).holder == DESK
    assert desks.kinds(case) == ["received", "numbered", "handed_over"]


def test_without_a_link_nothing_goes_to_the_desk_and_the_counter_works_on(desks: Desks) -> None:
    without_network(desks.left)
    line = {**accepted_line("elder_allowance", 7), "outcome": "receive"}
    taken = desks.left.station.intake.take_in(CLERK, line).case
    assert taken is not None
    assert desks.left.station.exchange.run().error is not None
    assert claimed_and_done(desks.left, CLERK, taken, "accept", {}).state.value == "ACCEPTED"


def test_a_village_keeps_its_cases(desks: Desks) -> None:
    case = desks.taken_in(desks.village)
    desks.village.sync()
    assert desks.at_hall(case).holder == desks.village.device


def test_the_counter_that_did_not_take_the_papers_goes_on_with_the_case_and_gives_it_back(desks: Desks) -> None:
    case = desks.taken_in()
    assert refused(lambda: desks.right.station.acts.act(CLERK, str(case), "accept", {})) == "claim_first"
    assert claimed_and_done(desks.right, CLERK, shown(desks.right, case), "accept", {}).holder == desks.right.device
    desks.everybody_exchanges()
    assert desks.at_hall(case).holder == DESK
    paper = shown(desks.left, case).notice("N02")
    assert paper is not None
    one, other = (counter.station.papers.pdf(case, paper) for counter in (desks.left, desks.right))
    assert words_of(one) == words_of(other)  # its code is signed by who made it, or by the hall
    desks.everything_holds()


def test_what_the_hall_is_done_with_comes_back_to_the_desk_and_not_to_one_counter(desks: Desks) -> None:
    case = desks.taken_in(outcome="accept")
    claimed_and_done(desks.right, CLERK, shown(desks.right, case), "submit", {})
    desks.everybody_exchanges()
    assert desks.at_hall(case).holder == HALL
    desks.county.by_hall(case, "grant", {"decision_no": "青政准〔2026〕7号"})
    assert desks.at_hall(case).holder == DESK
    desks.county.by_hall(case, "recall", {"reason": "再看一下"})
    assert desks.county.by_hall(case, "hand_over", {}).holder == DESK
    desks.everything_holds()


def test_the_hall_hands_over_to_a_desk_only_where_there_is_one(desks: Desks) -> None:
    case = desks.taken_in(desks.village)
    desks.village.sync()
    desks.county.by_hall(case, "recall", {"reason": "村里停电"})
    for to, code in (("QX03-desk", "no_desk_there"), ("XX99-desk", "no_desk_there"), ("YL01-99", "device_unknown")):
        assert refused(partial(desks.county.by_hall, case, "hand_over", {"to": to})) == code
    assert desks.county.by_hall(case, "hand_over", {"to": DESK}).holder == DESK
    desks.everybody_exchanges()
    assert claimed_and_done(desks.left, CLERK, shown(desks.left, case), "accept", {}).holder == desks.left.device


def test_a_station_that_begins_to_share_hears_of_it_and_its_cases_go_to_the_desk_in_the_same_run(desks: Desks) -> None:
    case = desks.taken_in(desks.village, "accept")
    desks.shares("QX03", "desk")
    without_network(desks.village)
    desks.village.try_sync()
    assert shown(desks.village, case).holder == desks.village.device, "it has not heard of it"
    with_network(desks, desks.village)
    desks.village.sync()
    assert shown(desks.village, case).holder == "QX03-desk"
    claimed_and_done(desks.village, CLERK, shown(desks.village, case), "submit", {})
    desks.village.sync()
    assert desks.at_hall(case).holder == HALL
    assert desks.county.hall_problems() == []


def test_what_lies_at_a_desk_that_is_given_up_is_claimed_once_and_kept(desks: Desks) -> None:
    case, other = desks.taken_in(outcome="accept"), desks.taken_in()
    desks.shares("YL01", "own")
    late = desks.taken_in(desks.left)
    assert shown(desks.left, late).holder == desks.left.device, "nothing goes to the desk any more"
    assert shown(desks.right, case).holder == DESK
    claimed_and_done(desks.right, CLERK, shown(desks.right, case), "submit", {})
    desks.right.station.claims.claim(CLERK, str(other))
    desks.county.clock.now += timedelta(hours=1)
    desks.everybody_exchanges()
    assert shown(desks.left, case).holder == HALL
    assert shown(desks.left, other).holder == desks.right.device
    desks.shares("YL01", "desk")
    desks.everybody_exchanges()
    assert {shown(desks.left, each).holder for each in (other, late)} == {DESK}
    desks.everything_holds()


def test_a_counter_that_has_not_heard_that_the_desk_is_given_up_may_still_hand_over(desks: Desks) -> None:
    case = desks.unsent(desks.left)
    desks.left.station.exchange.hand_to_desk()
    desks.shares("YL01", "own")
    desks.everybody_exchanges()
    assert shown(desks.right, case).holder == DESK


def test_the_original_of_a_case_that_was_left_at_the_desk_is_printed_by_who_claims_it(desks: Desks) -> None:
    case = granted_case(desks)
    desks.shares("YL01", "own")
    desks.everybody_exchanges()
    paper = shown(desks.right, case).notice("N10")
    assert paper is not None
    assert print_of(desks.right, case, "N10") == print_of(desks.left, case, "N10") == "original_needs_claim"
    desks.right.station.claims.claim_to_print(CLERK, shown(desks.right, case), paper)
    assert print_of(desks.right, case, "N10") == ""


def test_a_postbag_brings_the_change_too_and_an_older_one_does_not_undo_it(desks: Desks, tmp_path: Path) -> None:
    case = desks.taken_in(desks.village)
    round_trip(desks.county, desks.village, tmp_path)
    older = answered(desks.county, desks.village.device, tmp_path / "older.ctb")
    desks.county.clock.now += timedelta(minutes=1)
    desks.shares("QX03", "desk")
    round_trip(desks.county, desks.village, tmp_path)
    assert unpacked(desks.village, older).error is None
    with desks.village.station.store.read() as reading:
        assert reading.profile().shares
    desks.village.sync()
    assert shown(desks.village, case).holder == "QX03-desk"


def test_no_machine_puts_a_case_on_the_desk_of_another_station(desks: Desks) -> None:
    case = desks.taken_in(desks.village)
    with desks.village.station.store.write() as writing:
        writing.append([NewEvent("handed_over", case, 0, "", {"to": DESK})])
    desks.village.sync()
    assert desks.at_hall(case).holder == desks.village.device
    with desks.county.hall.store.read() as conn:
        assert [found.code for found in troubles.listed(conn)] == ["desk_of_other_station"]


# claims -----------------------------------------------------------------------------------------


def test_of_two_counters_that_want_a_case_at_once_exactly_one_gets_it(desks: Desks) -> None:
    for _ in range(4):
        case = desks.taken_in()
        said: dict[str, str] = {}

        def want(machine: Machine, case: CaseId = case, said: dict[str, str] = said) -> None:
            said[machine.device] = refused(lambda: machine.station.claims.claim(CLERK, str(case)))

        both = [threading.Thread(target=want, args=(machine,)) for machine in (desks.left, desks.right)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert sorted(said.values()) == ["", "claimed_elsewhere"]
        [winner] = [device for device, code in said.items() if not code]
        assert desks.at_hall(case).holder == winner
        assert desks.kinds(case).count("claimed") == 1
    desks.everything_holds()


def test_who_came_second_is_told_which_counter_has_the_case(desks: Desks) -> None:
    case = desks.taken_in()
    desks.right.station.claims.claim(CLERK, str(case))
    with pytest.raises(CounterError) as told:
        desks.left.station.claims.claim(CLERK, str(case))
    assert (told.value.code, told.value.params["device"]) == ("claimed_elsewhere", desks.right.device)
    view = desks.left.station.cases.view(str(case))
    assert (view.case.holder, view.claimed_by) == (desks.right.device, CLERK.name)


def test_a_case_that_came_back_meanwhile_is_claimed_although_nobody_here_has_heard_of_it(desks: Desks) -> None:
    case = desks.taken_in()
    claimed_and_done(desks.right, CLERK, shown(desks.right, case), "accept", {})
    desks.left.sync()
    assert shown(desks.left, case).holder == desks.right.device
    desks.right.sync()
    assert claimed_and_done(desks.left, CLERK, shown(desks.left, case), "submit", {}).holder == HALL


def test_without_network_papers_are_taken_and_everything_else_is_refused_by_name(desks: Desks) -> None:
    case = desks.taken_in()
    without_network(desks.left)
    before = shown(desks.left, case)
    for action in ("accept", "withdraw", "hand_over", "list_fees"):
        why = refused(partial(claimed_and_done, desks.left, CLERK, before, action, {"signed": True}))
        assert why == "claim_without_link", action
    assert shown(desks.left, case) == before
    paper = {"id": "id_card", "form": "copy", "pages": 2}
    given = {"materials": [{**paper, "id": before.materials[0].id}]}
    assert claimed_and_done(desks.left, CLERK, before, "take_papers", given).events == before.events + 1
    with_network(desks, desks.left)
    assert claimed_and_done(desks.left, CLERK, before, "accept", {}).state.value == "ACCEPTED"
    desks.everything_holds()


def test_a_claim_whose_answer_was_lost_is_answered_the_same_when_asked_again(desks: Desks) -> None:
    case = desks.taken_in()
    desks.left.station.exchange.means = _over(desks.left, DeafLink(desks.county.app))
    assert refused(lambda: desks.left.station.claims.claim(CLERK, str(case))) == "claim_without_link"
    assert desks.at_hall(case).holder == desks.left.device
    with_network(desks, desks.left)
    assert desks.left.station.claims.claim(CLERK, str(case)).holder == desks.left.device
    assert desks.kinds(case).count("claimed") == 1


def test_a_lost_claim_that_nobody_asks_for_again_goes_back_to_the_desk(desks: Desks) -> None:
    case = desks.taken_in()
    desks.left.station.exchange.means = _over(desks.left, DeafLink(desks.county.app))
    assert refused(lambda: desks.left.station.claims.claim(CLERK, str(case))) == "claim_without_link"
    with_network(desks, desks.left)
    desks.left.sync()
    assert desks.at_hall(case).holder == DESK


def test_a_case_in_hand_stays_through_exchanges_until_it_is_put_down_or_forgotten(desks: Desks) -> None:
    first, second = desks.taken_in(), desks.taken_in()
    for case in (first, second):
        desks.left.station.claims.claim(CLERK, str(case))
    desks.everybody_exchanges()
    assert {desks.at_hall(case).holder for case in (first, second)} == {desks.left.device}
    desks.left.station.claims.put_down(str(first))
    desks.everybody_exchanges()
    assert (desks.at_hall(first).holder, desks.at_hall(second).holder) == (DESK, desks.left.device)
    desks.county.clock.now += timedelta(minutes=31)
    desks.everybody_exchanges()
    assert desks.at_hall(second).holder == DESK


def test_an_act_that_was_refused_after_its_claim_gives_the_case_back(desks: Desks) -> None:
    case = desks.taken_in()
    assert refused(lambda: claimed_and_done(desks.left, CLERK, shown(desks.left, case), "withdraw", {})) != ""
    desks.left.sync()
    assert desks.at_hall(case).holder == DESK


def test_an_act_that_is_not_allowed_claims_nothing(desks: Desks) -> None:
    case = desks.taken_in()
    assert refused(lambda: claimed_and_done(desks.left, CLERK, shown(desks.left, case), "deliver", {})) != ""
    assert "claimed" not in desks.kinds(case)


def test_a_frozen_case_is_given_to_nobody(desks: Desks) -> None:
    case = desks.taken_in()
    desks.right.station.claims.claim(CLERK, str(case))
    without = shown(desks.right, case)
    desks.county.by_hall(case, "recall", {"reason": "申请人在中心"})
    desks.county.by_hall(case, "accept", {}, CHIEF)
    desks.right.station.acts.act(CLERK, str(case), "accept", {})  # on a baton that was taken back
    desks.everybody_exchanges()
    assert without.epoch < desks.at_hall(case).epoch
    assert desks.at_hall(case).frozen
    assert refused(lambda: desks.left.station.claims.claim(CLERK, str(case))) in {"not_holder", "claim_not_granted"}


# papers -----------------------------------------------------------------------------------------


def test_a_paper_is_printed_for_the_first_time_at_the_counter_that_issued_it(desks: Desks) -> None:
    case = desks.taken_in(outcome="accept")
    [paper] = [notice for notice in shown(desks.right, case).notices if notice.kind == "N02"]
    assert print_of(desks.right, case, "N02") == "original_of_counter"
    assert (case, paper) not in _duties(desks.right)
    assert (case, paper) in _duties(desks.left)
    assert print_of(desks.left, case, "N02") == ""
    desks.everybody_exchanges()
    assert shown(desks.right, case).notice("N02") == replace(paper, prints=1)
    assert desks.right.station.papers.to_print(shown(desks.right, case), paper, again=True)


def test_what_the_hall_issued_is_printed_by_one_counter_which_claims_the_case(desks: Desks) -> None:
    case = granted_case(desks)
    paper = shown(desks.right, case).notice("N10")
    assert paper is not None
    assert all((case, paper) in _duties(machine) for machine in (desks.left, desks.right))
    assert print_of(desks.right, case, "N10") == "original_needs_claim"
    desks.right.station.claims.claim_to_print(CLERK, shown(desks.right, case), paper)
    assert refused(partial(desks.left.station.claims.claim_to_print, CLERK, shown(desks.left, case), paper)) == (
        "claimed_elsewhere"
    )
    assert print_of(desks.left, case, "N10") == "original_of_counter"
    assert print_of(desks.right, case, "N10") == ""
    desks.everybody_exchanges()
    assert desks.at_hall(case).holder == DESK
    assert (case, paper) not in _duties(desks.left) + _duties(desks.right)


def granted_case(desks: Desks) -> CaseId:
    """It lies at the desk, with an original of the hall."""
    case = desks.taken_in(outcome="accept")
    claimed_and_done(desks.left, CLERK, shown(desks.left, case), "submit", {})
    desks.everybody_exchanges()
    desks.county.by_hall(case, "grant", {"decision_no": "青政准〔2026〕8号"})
    desks.everybody_exchanges()
    return case


def print_of(machine: Machine, case: CaseId, kind: str) -> str:
    """The code of the refusal, "" if it was printed."""
    papers, found = machine.station.papers, shown(machine, case)
    notice = found.notice(kind)
    assert notice is not None
    code = refused(lambda: papers.to_print(found, notice, again=False))
    if not code:
        papers.log_printed(CLERK, found, notice, "file", 1)
    return code


def _duties(machine: Machine) -> list[tuple[CaseId, IssuedNotice]]:
    found = machine.station.papers.unprinted()
    return [(case.id, notice) for case, notice in found if notice.kind in ("N02", "N10")]


# late -------------------------------------------------------------------------------------------


def test_what_a_counter_that_is_away_writes_after_a_recall_is_late_and_nothing_of_it_is_lost(desks: Desks) -> None:
    case = desks.taken_in()
    desks.right.station.claims.claim(CLERK, str(case))
    desks.county.by_hall(case, "recall", {"reason": "窗口停电"})
    assert desks.county.by_hall(case, "hand_over", {}).holder == DESK
    desks.left.sync()
    claimed_and_done(desks.left, CLERK, shown(desks.left, case), "withdraw", {"signed": True, "reason": "不办了"})
    desks.left.sync()
    desks.right.station.acts.act(CLERK, str(case), "accept", {})  # it has heard of none of this
    desks.everybody_exchanges()
    there = desks.at_hall(case)
    assert there.state.value == "WITHDRAWN"
    assert [(paper.kind, paper.late) for paper in there.notices if paper.event.device == desks.right.device] == [
        ("N02", True)
    ]
    with desks.county.hall.store.read() as conn:
        assert [found.kind.value for found in troubles.listed(conn)] == ["late"]
    desks.everything_holds()


# chance -----------------------------------------------------------------------------------------


class DeskWalk(Walk):
    """The walk of the law, with two counters of one desk."""

    def nobody_holds_what_another_holds(self) -> None:
        """A machine that thinks that it holds a case is the only one, as long as no supervisor takes batons."""
        held: Counter[CaseId] = Counter()
        for machine in self.machines:
            held.update(case.id for case in self.cases_of(machine) if case.holder == machine.device and case.is_open)
        assert [case for case, times in held.items() if times > 1] == []


def test_two_counters_share_their_cases_and_nothing_is_lost_or_doubled(folder: Path) -> None:
    steps = {
        "the_county_goes_on_with_a_slip": 0, "a_supervisor_takes_it_back": 0, "a_postbag_goes_round": 0,
        "the_year_is_published": 0, "somebody_comes": 6, "somebody_acts": 30, "a_machine_meets_the_hall": 16,
    }  # fmt: skip
    walk = DeskWalk(folder, steps, stations=PLACES)
    chance = Random(SEED)
    try:
        for _ in range(STEPS):
            walk.step(chance.randrange(2**32))
            walk.nobody_holds_what_another_holds()
        walk.end()
        walk.everything_holds()
        for case in walk.county.hall_cases():
            _every_baton_move_was_the_next(walk.county, case)
            at_desk = case.is_open and case.holder not in (HALL, "QX03-01")
            assert not at_desk or case.holder == DESK or case.frozen, case
        claimed = [kind for case in walk.county.hall_cases() for kind in _kinds(walk.county, case.id)]
        assert claimed.count("claimed") > STEPS // 20
        with walk.county.hall.store.read() as conn:
            assert [found for found in troubles.listed(conn) if found.kind.value in {"late", "quarantined"}] == []
    finally:
        walk.county.close()


def test_with_supervisors_slips_and_postbags_the_law_holds_too(folder: Path) -> None:
    walk = DeskWalk(folder, {"a_supervisor_takes_it_back": 3}, stations=PLACES)
    chance = Random(SEED + 1)
    try:
        for _ in range(STEPS):
            walk.step(chance.randrange(2**32))
        walk.end()
        walk.everything_holds()
    finally:
        walk.county.close()


def _kinds(county: SmallCounty, case: CaseId) -> list[str]:
    with county.hall.store.read() as conn:
        return [event.kind for event, _ in hall_cases.history(conn, case)]


def _every_baton_move_was_the_next(county: SmallCounty, case: Case) -> None:
    with county.hall.store.read() as conn:
        history = [event for event, late in hall_cases.history(conn, case.id) if not late]
    moves = [event.epoch for event in history if event.kind in {"handed_over", "claimed", "recalled"}]
    assert all(one < other for one, other in pairwise(moves)), case.id


# a new machine ----------------------------------------------------------------------------------


def test_a_third_counter_begins_with_everything_that_lies_at_the_desk(desks: Desks) -> None:
    cases = [desks.taken_in() for _ in range(3)]
    third = desks.county.add_machine("YL01", "YL01c")
    assert {case.id for case in third.station.cases.search(CaseQuery())} >= set(cases)
    assert claimed_and_done(third, CLERK, shown(third, cases[0]), "accept", {}).holder == third.device
    third.sync()
    assert desks.at_hall(cases[0]).holder == DESK


