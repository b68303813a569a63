"""Papers under their electronic seals: who may, what is kept, what leaves the machine, what others see in the file."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from counter_app.adapters.seals.checking import check_seals
from counter_app.adapters.seals.roots import Trust, read_roots
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.people import Person, Role
from counter_app.domain.sealing import SEAL_OF, SealKind, SealSetup
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from forms.notice_templates import bundled_templates
from tests.support.county import SmallCounty, refused
from tests.support.homes import AGENT, CHIEF, EnrolledHome
from tests.support.seals import BEGAN, ENDS, WORDS, authority, seal_key

AID = Catalogue.load().get("temporary_aid")
CLERK = Person("王芳", frozenset({Role.CLERK}))
SPECIAL = SealSetup(AID.agency, SealKind.SPECIAL, "key-file", words="受理专用章")
Sealing = Callable[..., bytes]


@pytest.fixture
def sealed_station(station: Station, tmp_path: Path) -> Station:
    """A station with the special seal of one agency, its passphrase kept."""
    file = tmp_path / "given.p12"
    file.write_bytes(seal_key().p12())
    station.seals.set_up(AGENT, SPECIAL, file, WORDS, keep_secret=True)
    return station


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    file = tmp_path / "root.pem"
    file.write_bytes(authority().pem)
    return [file]


def take_in(station: Station) -> Case:
    case = station.intake.take_in(CHIEF, {**example_line(AID, "accept", 0), "outcome": "accept"}).case
    assert case is not None
    return case


def acceptance(station: Station, case: Case) -> IssuedNotice:
    return station.papers.find(str(case.id), "N02")[1]


def run(program: str, pdf: bytes, folder: Path, *options: str, to: str = "") -> str:
    """What a program of poppler says of the file; to "-" where it writes to its output only when asked."""
    file = folder / "looked-at.pdf"
    file.write_bytes(pdf)
    line = [program, *options, str(file), *([to] if to else [])]
    return subprocess.run(line, check=False, capture_output=True, text=True, timeout=60).stdout


def words_of(pdf: bytes, folder: Path) -> str:
    return re.sub(r"\s", "", run("pdftotext", pdf, folder, "-raw", to="-"))


def fonts_of(pdf: bytes, folder: Path) -> list[str]:
    """Name, type, embedded and how it maps to characters, without object numbers and the random tag of a subset."""
    rows = run("pdffonts", pdf, folder).splitlines()[2:]
    return sorted(re.sub(r"^[A-Z]{6}\+", "", " ".join(row.split()[:-2])) for row in rows)


def test_a_sealed_paper_is_whole_for_two_independent_readers_until_one_byte_changes(
    sealed_station: Station, roots: list[Path], tmp_path: Path
) -> None:
    case = take_in(sealed_station)
    before = sealed_station.papers.pdf(case.id, acceptance(sealed_station, case))
    done = sealed_station.seals.put_on(CLERK, str(case.id), "N02")
    after = sealed_station.papers.pdf(case.id, done.notice)

    now = sealed_station.desk.clock.now.astimezone(UTC) + timedelta(days=1)  # type: ignore[attr-defined]
    believed, nobody = Trust.of(read_roots(roots), []), Trust(())
    assert [row.standing.value for row in check_seals(after, believed, now)] == ["trusted"]
    assert [row.standing.value for row in check_seals(after, nobody, now)] == ["unknown_root"]
    assert [row.standing.value for row in check_seals(after, believed, ENDS + timedelta(days=9))] == ["expired_since"]
    assert check_seals(before, believed, now) == []
    said = run("pdfsig", after, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said

    flipped = bytearray(after)
    flipped[len(before) // 2] ^= 1
    assert [row.standing.value for row in check_seals(bytes(flipped), believed, now)] == ["altered"]
    assert "Signature is Valid." not in run("pdfsig", bytes(flipped), tmp_path)
    added = after + b"\n% a word more\n%%EOF\n"
    assert [row.standing.value for row in check_seals(added, believed, now)] == ["altered"]

    unsealed, sealed = words_of(before, tmp_path), words_of(after, tmp_path)
    assert "待加盖" not in sealed
    assert sealed.replace("已加盖电子印章", "") == unsealed.replace("待加盖专用章", "")
    assert fonts_of(after, tmp_path) == fonts_of(before, tmp_path)


def test_both_papers_are_kept_and_the_event_names_them_and_the_certificate(sealed_station: Station) -> None:
    case = take_in(sealed_station)
    unsealed = sealed_station.papers.paper(case.id, acceptance(sealed_station, case))
    done = sealed_station.seals.put_on(CLERK, str(case.id), "N02")
    with sealed_station.store.read() as reading:
        [event] = [event for event in reading.events_of(case.id) if event.kind == "sealed"]
        now = reading.case(case.id)
    vault = sealed_station.desk.vault
    assert event.user == CLERK.name
    assert event.data["sha256"] == unsealed.sha256 == hashlib.sha256(vault.get(unsealed.sha256)).digest()
    assert event.data["sealed"] == done.sealed.sha256 == hashlib.sha256(vault.get(done.sealed.sha256)).digest()
    assert event.data["certificate"] == done.certificate.fingerprint
    assert (event.data["kind"], event.data["number"]) == ("N02", done.notice.number)
    assert now is not None
    paper = now.notice("N02")
    assert paper is not None
    assert paper.seal == done.certificate.fingerprint
    assert not sealed_station.verifier.verify().problems


def test_a_printer_gets_the_seal_as_a_part_of_the_page_and_a_reprint_shows_it_under_its_mark(
    sealed_station: Station, tmp_path: Path
) -> None:
    case = take_in(sealed_station)
    sealed_station.seals.put_on(CLERK, str(case.id), "N02")
    notice = acceptance(sealed_station, case)
    first = sealed_station.papers.as_on_paper(case.id, notice, again=False)
    kept = sealed_station.papers.pdf(case.id, notice)
    assert hashlib.sha256(kept).digest() == sealed_station.papers.outgoing(case.id, notice).sha256
    assert reds(first, tmp_path) == pytest.approx(reds(kept, tmp_path), rel=0.02)
    assert words_of(first, tmp_path) == words_of(kept, tmp_path)
    assert not any(part in first for part in (b"/AcroForm", b"/Perms", b"/Annots"))
    again = sealed_station.papers.reprint(case.id, notice)
    assert "补打" in words_of(again, tmp_path)
    assert "已加盖电子印章" in words_of(again, tmp_path)
    assert reds(again, tmp_path) == pytest.approx(reds(first, tmp_path), rel=0.02)
    assert reds(first, tmp_path) > 2000
    assert "does not contain any signatures" in run("pdfsig", again, tmp_path)


def reds(pdf: bytes, folder: Path) -> int:
    """How many points of the page are red, at 72 to the inch."""
    from PIL import Image

    file = folder / "page.pdf"
    file.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "72", "-png", "-singlefile", file, folder / "page"], check=True, timeout=60)
    with Image.open(folder / "page.png") as page:
        return sum(red > green + 40 for red, green, _ in page.convert("RGB").get_flattened_data())


def test_the_seal_stands_over_agency_and_date(sealed_station: Station, tmp_path: Path) -> None:
    case = take_in(sealed_station)
    notice = acceptance(sealed_station, case)
    place = sealed_station.papers.to_seal(case.id, notice, "受理专用章").place
    pdf = sealed_station.papers.pdf(case.id, notice)
    number = r'="([\d.]+)"'
    line = rf"<line xMin{number} yMin{number} xMax{number} yMax{number}>(.*?)</line>"
    inside = [
        re.sub(r"<[^>]+>|\s", "", words)
        for left, top, right, bottom, words in re.findall(
            line, run("pdftotext", pdf, tmp_path, "-bbox-layout", to="-"), re.DOTALL
        )
        if abs((float(left) + float(right)) / 2 - place.x) < 6
        and abs(841.89 - (float(top) + float(bottom)) / 2 - place.y) < place.diameter * 0.25
    ]
    with sealed_station.store.read() as reading:
        agency = reading.profile().agencies[AID.agency].name
    assert inside == [agency, "2026年11月16日"]


def test_a_paper_is_sealed_once_and_a_spoiled_one_never(sealed_station: Station) -> None:
    case = take_in(sealed_station)
    seals = sealed_station.seals
    seals.put_on(CLERK, str(case.id), "N02")
    assert refused(lambda: seals.put_on(CLERK, str(case.id), "N02")) == "sealed_already"
    given = {"kind": "N02", "number": acceptance(sealed_station, case).number, "reason": "卡纸"}
    sealed_station.acts.act(CHIEF, str(case.id), "spoil", given)
    again = acceptance(sealed_station, case)
    assert not again.seal
    assert sealed_station.papers.outgoing(case.id, again) == sealed_station.papers.paper(case.id, again)
    seals.put_on(CLERK, str(case.id), "N02")
    assert acceptance(sealed_station, case).seal


def test_who_may_seal_stands_in_the_table(sealed_station: Station, tmp_path: Path) -> None:
    case = take_in(sealed_station)
    seals, words = sealed_station.seals, str(case.id)
    supervisor = Person("钱进", frozenset({Role.SUPERVISOR}))
    assert refused(lambda: seals.put_on(supervisor, words, "N02")) == "not_your_role"
    assert refused(lambda: seals.put_on(CLERK, words, "N03")) == "notice_not_issued"
    assert refused(lambda: seals.put_on(CLERK, words, "N02", second=CLERK)) == "second_is_the_first"
    file = tmp_path / "given.p12"
    by_clerk = refused(lambda: seals.set_up(CLERK, SPECIAL, file, WORDS, keep_secret=False))
    assert by_clerk == "seal_set_up_by_administrator"
    other = replace(SPECIAL, agency="nobody")
    assert refused(lambda: seals.set_up(AGENT, other, file, WORDS, keep_secret=False)) == "agency_unknown"


def test_the_table_of_seals_is_what_the_papers_ask_for() -> None:
    words = {"待加盖专用章": SealKind.SPECIAL, "待加盖机关印章": SealKind.AGENCY, "待加盖窗口专用章": SealKind.WINDOW}
    templates = bundled_templates()
    asked = {kind: templates.get(kind, templates.current_version(kind)).seal for kind, _ in templates.by_version}
    assert {kind: words[seal] for kind, seal in asked.items() if seal} == {
        kind: seal for kind, seal in SEAL_OF.items() if kind in asked
    }


@contextmanager
def key_replaced(home: EnrolledHome, content: bytes) -> Iterator[None]:
    """Another key file in the place of the seal's."""
    [file] = (home.path / "seals").glob("*.p12")
    kept = file.read_bytes()
    file.write_bytes(content)
    yield
    file.write_bytes(kept)


def test_a_seal_that_does_not_open_leaves_the_paper_as_it_was(
    sealed_station: Station, home: EnrolledHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = take_in(sealed_station)
    seals, words = sealed_station.seals, str(case.id)
    before = sealed_station.papers.pdf(case.id, acceptance(sealed_station, case))
    monkeypatch.setenv("COUNTER_SEAL_SECRET", "other words")
    assert refused(lambda: seals.put_on(CLERK, words, "N02")) == "seal_secret_wrong"
    monkeypatch.delenv("COUNTER_SEAL_SECRET")
    with key_replaced(home, seal_key(BEGAN, BEGAN + timedelta(days=30)).p12()):
        assert refused(lambda: seals.put_on(CLERK, words, "N02")) == "seal_expired"
    assert sealed_station.papers.pdf(case.id, acceptance(sealed_station, case)) == before
    assert not acceptance(sealed_station, case).seal
    seals.put_on(CLERK, words, "N02")


def test_an_end_between_signing_and_writing_leaves_the_paper_good_and_it_can_be_sealed_then(
    sealed_station: Station, home: EnrolledHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = take_in(sealed_station)
    before = sealed_station.papers.pdf(case.id, acceptance(sealed_station, case))
    put = type(sealed_station.desk.vault).put

    def killed(vault: object, content: bytes) -> None:
        put(vault, content)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(sealed_station.desk.vault), "put", killed)
        with pytest.raises(KeyboardInterrupt):
            sealed_station.seals.put_on(CLERK, str(case.id), "N02")
    sealed_station.close()
    reopened = home.open()
    try:
        assert reopened.papers.pdf(case.id, acceptance(reopened, case)) == before
        assert not acceptance(reopened, case).seal
        assert not reopened.verifier.verify().problems
        reopened.seals.put_on(CLERK, str(case.id), "N02")
        assert acceptance(reopened, case).seal
    finally:
        reopened.close()


def test_a_time_stamp_service_that_does_not_answer_is_told_and_nothing_is_sealed(
    sealed_station: Station, tmp_path: Path
) -> None:
    case = take_in(sealed_station)
    stamped = replace(SPECIAL, tsa="http://127.0.0.1:9/tsa")
    sealed_station.seals.set_up(AGENT, stamped, tmp_path / "given.p12", WORDS, keep_secret=True)
    assert refused(lambda: sealed_station.seals.put_on(CLERK, str(case.id), "N02")) == "seal_time_stamp_failed"
    assert not acceptance(sealed_station, case).seal


def test_the_passphrase_is_nowhere_in_clear(sealed_station: Station, home: EnrolledHome) -> None:
    take_in(sealed_station)
    for file in home.path.rglob("*"):
        if file.is_file():
            assert WORDS.encode() not in file.read_bytes(), file.name


def test_the_agencys_own_seal_needs_a_second_person(sealed_station: Station, tmp_path: Path) -> None:
    item = Catalogue.load().get("homestead_approval")
    own = SealSetup(item.agency, SealKind.AGENCY, "key-file")
    seals = sealed_station.seals
    seals.set_up(AGENT, own, tmp_path / "given.p12", WORDS, keep_secret=True)
    case = sealed_station.intake.take_in(CHIEF, example_line(item, "accept", 1)).case
    assert case is not None
    sealed_station.acts.act(CHIEF, str(case.id), "forward_up", {"opinion": "初审通过，拟同意"})
    assert refused(lambda: seals.put_on(CLERK, str(case.id), "PACKAGE")) == "not_your_role"
    assert refused(lambda: seals.put_on(CHIEF, str(case.id), "PACKAGE")) == "seal_needs_second"
    assert refused(lambda: seals.put_on(CHIEF, str(case.id), "PACKAGE", second=CLERK)) == "not_your_role"
    supervisor = Person("钱进", frozenset({Role.SUPERVISOR}))
    assert seals.put_on(CHIEF, str(case.id), "PACKAGE", second=supervisor).seal is SealKind.AGENCY


def test_an_erased_case_takes_its_sealed_paper_with_it(sealed_station: Station) -> None:
    case = take_in(sealed_station)
    sealed = sealed_station.seals.put_on(CLERK, str(case.id), "N02").sealed
    with sealed_station.store.write() as writing:
        writing.erase(case.id)
    with sealed_station.store.read() as reading:
        assert reading.sealed_paper(case.id, "N02", sealed.number) is None
        assert sealed.sha256 in reading.files_to_delete(99)
        assert not reading.is_file_needed(sealed.sha256)


def test_the_hall_knows_that_a_paper_is_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    county = SmallCounty(tmp_path)
    try:
        machine = county.add_station("QX03")
        file = tmp_path / "given.p12"
        file.write_bytes(seal_key().p12())
        machine.station.seals.set_up(AGENT, SPECIAL, file, WORDS, keep_secret=True)
        case = take_in(machine.station)
        done = machine.station.seals.put_on(CLERK, str(case.id), "N02")
        machine.sync()
        [at_hall] = county.hall_cases()
        paper = at_hall.notice("N02")
        assert paper is not None
        assert paper.seal == done.certificate.fingerprint
        assert county.hall_problems() == []
    finally:
        county.close()
