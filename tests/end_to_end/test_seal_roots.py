"""Whose electronic seals are believed: released by the hall, known at every station after an exchange, and revoked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from counter_app.domain.moments import to_ms
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person, Role
from counter_app.domain.sealing import SealKind, SealSetup
from forms.rendering.render import render_for_seal, sample_data
from forms.rendering.seal_face import SealFace
from sync.hall import backup, recovery, seal_roots
from tests.support.county import OPERATOR, Machine, SmallCounty, refused
from tests.support.seals import ENDS, WORDS, authority, seal_key

BOSS = Person("周敏", frozenset({Role.ADMIN}))
STATIONS = ("QX03", "YL01")


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    for name in ("COUNTER_PASSPHRASE", "HALL_PASSPHRASE"):
        monkeypatch.setenv(name, "words")
    made = SmallCounty(tmp_path)
    made.add_station("QX03")
    made.add_station("YL01", "town")
    yield made
    made.close()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A paper that another agency has sealed, with a seal of the authority."""
    from counter_app.adapters.seals.schemes import open_seal

    (tmp_path / "seal.p12").write_bytes(seal_key().p12())
    setup = SealSetup("MZ", SealKind.SPECIAL, "key-file", source="seal.p12")
    at_ms = to_ms(ENDS - timedelta(days=500))
    seal = open_seal(setup, WORDS, at_ms, tmp_path)
    pdf, place = render_for_seal(NoticeKind("N02"), 1, sample_data())
    file = tmp_path / "brought.pdf"
    file.write_bytes(seal.put_on(pdf, place, SealFace("云岭县民政局", "受理专用章"), at_ms))
    return file


def standing(machine: Machine, paper: Path) -> str:
    [found] = machine.station.seal_checks.check(paper).seals
    return found.standing.value


def synced(county: SmallCounty) -> None:
    for machine in county.machines.values():
        machine.sync()
        assert machine.station.verifier.verify().ok


def test_a_root_reaches_every_station_by_the_feed_and_one_that_is_revoked_is_believed_nowhere(
    county: SmallCounty, paper: Path, tmp_path: Path
) -> None:
    village = county.machines["QX03"]
    assert standing(village, paper) == "unknown_root"
    assert seal_roots.release(county.hall, authority().pem, OPERATOR).stations >= len(STATIONS)
    assert standing(village, paper) == "unknown_root", "nothing was exchanged yet"
    synced(county)
    assert [standing(county.machines[name], paper) for name in STATIONS] == ["trusted", "trusted"]
    newcomer = county.add_station("QX07")
    assert standing(newcomer, paper) == "trusted", "what was released before is known after the first exchange"
    assert seal_roots.release(county.hall, authority().pem, OPERATOR).n == 0
    by_hand = tmp_path / "root.pem"
    by_hand.write_bytes(authority().pem)
    village.station.seal_checks.believe(BOSS, by_hand)
    with county.hall.store.read() as conn:
        [root] = seal_roots.known(conn)
    since_ms = county.hall.now_ms
    seal_roots.revoke(county.hall, root.fingerprint[:8], since_ms, OPERATOR)
    synced(county)
    assert {standing(machine, paper) for machine in county.machines.values()} == {"revoked_root"}
    [seen] = village.station.seal_checks.roots()
    assert (seen.told, seen.revoked_ms) == (True, since_ms)
    assert refused(lambda: seal_roots.release(county.hall, authority().pem, OPERATOR)) == "seal_root_was_revoked"
    assert seal_roots.revoke(county.hall, root.fingerprint[:8], since_ms + 1, OPERATOR).n == 0
    assert county.hall_problems() == []


def test_a_hall_that_forgot_a_revocation_is_told_of_it_by_its_stations(
    county: SmallCounty, paper: Path, tmp_path: Path
) -> None:
    seal_roots.release(county.hall, authority().pem, OPERATOR)
    backup.backup(county.hall, tmp_path / "hall-backup.db")
    with county.hall.store.read() as conn:
        [root] = seal_roots.known(conn)
    seal_roots.revoke(county.hall, root.fingerprint, county.hall.now_ms, OPERATOR)
    synced(county)
    now = county.clock.now
    county.close()
    backup.restore(county.folder / "hall", tmp_path / "hall-backup.db", lambda _: None)
    again = SmallCounty.again(county.folder, STATIONS)
    again.clock.now = now
    for name in STATIONS:
        assert again.machines[name].try_sync().error is not None  # hands back what the hall lost
    another = authority("第二张根证书").pem
    assert refused(lambda: seal_roots.release(again.hall, another, OPERATOR)) == "hall_not_recovered"
    recovery.recovered(again.hall, OPERATOR)
    synced(again)
    with again.hall.store.read() as conn:
        assert [known.revoked_ms is not None for known in seal_roots.known(conn)] == [True]
    newcomer = again.add_station("QX07")
    assert standing(newcomer, paper) == "revoked_root"
    assert seal_roots.release(again.hall, another, OPERATOR).n == 3
    assert again.hall_problems() == []
    again.close()


def test_only_roots_are_released_and_only_by_those_who_may(county: SmallCounty) -> None:
    clerk = Person("王芳", frozenset({Role.CLERK}))
    own = seal_key().certificate.public_bytes(Encoding.PEM)
    tries = {
        "seal_roots_not_yours": lambda: seal_roots.release(county.hall, authority().pem, clerk),
        "seal_root_not_readable": lambda: seal_roots.release(county.hall, b"no certificate", OPERATOR),
        "seal_root_is_none": lambda: seal_roots.release(county.hall, own, OPERATOR),
        "seal_roots_too_many": lambda: seal_roots.release(county.hall, authority().pem * 9, OPERATOR),
        "seal_root_unknown": lambda: seal_roots.revoke(county.hall, "0" * 64, county.hall.now_ms, OPERATOR),
    }
    assert {code: refused(tried) for code, tried in tries.items()} == {code: code for code in tries}
    county.clock.now = ENDS + timedelta(days=901)
    assert refused(lambda: seal_roots.release(county.hall, authority().pem, OPERATOR)) == "seal_root_ended"
    with county.hall.store.read() as conn:
        assert seal_roots.known(conn) == []
