"""`hall seal-roots`: released, shown with the fingerprint, revoked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.seals import authority
from tests.sync.hall.conftest import RealHall


def test_a_root_is_released_shown_and_revoked_by_its_first_digits(
    make_hall: Callable[[str], RealHall], tmp_path: Path
) -> None:
    hall, file = make_hall("hall"), tmp_path / "root.pem"
    file.write_bytes(authority().pem * 2)
    hall.code_for("QX03")
    missing = hall.command("seal-roots", "release", str(tmp_path / "none.cer")).json
    assert missing["error"]["code"] == "hall_file_missing"
    done = hall.command("seal-roots", "release", str(file)).json
    assert (done["release"], done["stations"], len(done["roots"])) == (1, 1, 1)
    [shown] = hall.command("seal-roots", "show").lines
    assert (shown["holder"], shown["revoked_since"]) == ("云岭县印章根证书", None)
    assert hall.command("seal-roots", "revoke", shown["fingerprint"][:4]).json["error"]["code"] == "seal_root_unknown"
    assert hall.command("seal-roots", "revoke", shown["fingerprint"][:12]).json["release"] == 2
    [after] = hall.command("seal-roots", "show").lines
    assert after["revoked_since"]
    assert hall.command("verify").json["ok"]
