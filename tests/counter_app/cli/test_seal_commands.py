"""`seal-setup`, `seal`, `check-seal` as they are typed."""

from __future__ import annotations

from pathlib import Path

from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.in_process import Counter
from tests.support.seals import WORDS, seal_key

AID = Catalogue.load().get("temporary_aid")


def test_a_seal_is_set_up_put_on_and_checked_by_commands(counter: Counter, tmp_path: Path) -> None:
    key = seal_key()
    file, root, paper = tmp_path / "seal.p12", tmp_path / "root.pem", tmp_path / "paper.pdf"
    file.write_bytes(key.p12())
    root.write_bytes(key.authority.pem)
    setup = ("seal-setup", "--agency", AID.agency, "--words", "受理专用章", "--file", str(file))
    assert counter.refused(*setup, COUNTER_SEAL_SECRET="wrong") == "seal_secret_wrong"
    assert counter.by_clerk(*setup, COUNTER_SEAL_SECRET=WORDS).done().json["scheme"] == "key-file"
    assert counter.run("seals").done().json["seals"][0]["agency"] == AID.agency

    counter.intake({**example_line(AID, "accept", 0), "outcome": "accept"}).done()
    [case] = counter.cases()
    assert counter.refused("seal", case, "N02") == "seal_secret_wrong"
    done = counter.by_clerk("seal", case, "N02", COUNTER_SEAL_SECRET=WORDS).done().json
    counter.by_clerk("notice", case, "N02", "--out", str(paper)).done()
    found = counter.run("check-seal", str(paper), "--roots", str(root)).done().json
    assert found["result"] == "trusted"
    assert found["seals"][0]["certificate"] == done["certificate"]
    unknown = counter.run("check-seal", str(paper))
    assert (unknown.code, unknown.json["result"]) == (1, "unknown_root")
    again = tmp_path / "again.pdf"
    counter.by_clerk("notice", case, "N02", "--reprint", "--out", str(again)).done()
    assert again.read_bytes() == paper.read_bytes()  # a mark would break the signature
    receipt = tmp_path / "receipt.pdf"
    counter.by_clerk("notice", case, "N01", "--out", str(receipt)).done()
    assert counter.run("check-seal", str(receipt)).json["result"] == "none"
    assert counter.run("check-seal", str(root)).json["error"]["code"] == "seal_file_no_pdf"
