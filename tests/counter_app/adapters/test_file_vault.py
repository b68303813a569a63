from __future__ import annotations

import hashlib
import os
import secrets
import threading
from pathlib import Path

import pytest

from counter_app.adapters.file_vault import CHUNK, SealedFileVault
from counter_app.domain.errors import CounterError
from tests.support.disks import make_read_only, mounted

KEY = bytes(range(32))


@pytest.fixture
def vault(tmp_path: Path) -> SealedFileVault:
    return SealedFileVault(tmp_path, KEY)


def files_in(home: Path) -> list[Path]:
    return [path for path in (home / "vault").rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_put_is_got_whatever_its_size(vault: SealedFileVault, size: int) -> None:
    content = secrets.token_bytes(size)
    sha256, _ = vault.put(content)
    assert sha256 == hashlib.sha256(content).digest()
    assert vault.get(sha256) == content


def test_the_path_names_the_content_below_the_home(vault: SealedFileVault, tmp_path: Path) -> None:
    sha256, path = vault.put(b"%PDF-1.7 notice")
    assert path == f"vault/{sha256.hex()[:2]}/{sha256.hex()}"
    assert (tmp_path / path).is_file()


def test_the_same_content_twice_is_one_file(vault: SealedFileVault, tmp_path: Path) -> None:
    assert vault.put(b"scan") == vault.put(b"scan")
    assert len(files_in(tmp_path)) == 1


def test_no_byte_of_a_paper_stands_in_clear_and_the_file_has_no_known_beginning(
    vault: SealedFileVault, tmp_path: Path
) -> None:
    name = "欧阳𬭎".encode()
    for start in (b"SQLite format 3\0", b"%PDF-1.7", b"PK\3\4", b"\x89PNG\r\n", b"\xff\xd8\xff", b"\x1f\x8b"):
        vault.put(start + name * 50)
    for file in files_in(tmp_path):
        sealed = file.read_bytes()
        assert name not in sealed
        assert sealed.startswith(b"ctvault1")


def test_another_home_with_another_key_cannot_open_the_file(vault: SealedFileVault, tmp_path: Path) -> None:
    sha256, _ = vault.put(b"scan")
    with pytest.raises(CounterError) as refused:
        SealedFileVault(tmp_path, bytes(32)).get(sha256)
    assert refused.value.code == "file_damaged"


@pytest.mark.parametrize("place", [0, 8, 24, 30, CHUNK + 60, -1])
def test_one_changed_byte_is_seen(vault: SealedFileVault, tmp_path: Path, place: int) -> None:
    sha256, path = vault.put(secrets.token_bytes(CHUNK + 100))
    sealed = bytearray((tmp_path / path).read_bytes())
    sealed[place] ^= 1
    (tmp_path / path).write_bytes(sealed)
    with pytest.raises(CounterError) as refused:
        vault.get(sha256)
    assert refused.value.code == "file_damaged"


@pytest.mark.parametrize("kept", [0, 10, 24, 24 + CHUNK + 16, 24 + CHUNK + 50])
def test_a_file_cut_anywhere_even_between_two_chunks_is_seen(
    vault: SealedFileVault, tmp_path: Path, kept: int
) -> None:
    sha256, path = vault.put(secrets.token_bytes(2 * CHUNK))
    os.truncate(tmp_path / path, kept)
    with pytest.raises(CounterError) as refused:
        vault.get(sha256)
    assert refused.value.code == "file_damaged"


def test_a_file_under_the_name_of_another_is_seen(vault: SealedFileVault, tmp_path: Path) -> None:
    one, path_of_one = vault.put(b"one")
    _, path_of_two = vault.put(b"two")
    (tmp_path / path_of_two).replace(tmp_path / path_of_one)
    with pytest.raises(CounterError) as refused:
        vault.get(one)
    assert refused.value.code == "file_damaged"


def test_a_missing_file_says_so_without_a_path(vault: SealedFileVault) -> None:
    with pytest.raises(CounterError) as refused:
        vault.get(bytes(32))
    assert (refused.value.code, refused.value.params) == ("file_missing", {"file": "000000000000"})


def test_putting_again_mends_a_damaged_file(vault: SealedFileVault, tmp_path: Path) -> None:
    sha256, path = vault.put(b"scan")
    (tmp_path / path).write_bytes(b"rubbish")
    vault.put(b"scan")
    assert vault.get(sha256) == b"scan"


def test_what_a_killed_program_left_unfinished_goes_after_an_hour(vault: SealedFileVault, tmp_path: Path) -> None:
    vault.put(b"one")
    old, fresh = tmp_path / "vault/unfinished/old", tmp_path / "vault/unfinished/fresh"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    fresh.write_bytes(b"of another program that runs")
    vault.put(b"two")
    assert not old.exists()
    assert fresh.exists()


def test_two_threads_may_put_the_same_scan_at_once(vault: SealedFileVault, tmp_path: Path) -> None:
    content = secrets.token_bytes(CHUNK)
    threads = [threading.Thread(target=vault.put, args=(content,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files_in(tmp_path)) == 1
    assert vault.get(hashlib.sha256(content).digest()) == content


def test_a_full_disk_says_so_and_leaves_what_was_there(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "1m") as home:
        vault = SealedFileVault(home, KEY)
        kept, _ = vault.put(b"kept")
        with pytest.raises(CounterError) as refused:
            vault.put(secrets.token_bytes(2 << 20))
        assert refused.value.code == "disk_full"
        assert vault.get(kept) == b"kept"
        assert len(files_in(home)) == 1


def test_a_read_only_home_says_so(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as home:
        vault = SealedFileVault(home, KEY)
        kept, _ = vault.put(b"kept")
        make_read_only(home)
        with pytest.raises(CounterError) as refused:
            vault.put(b"new")
        assert refused.value.code == "home_read_only"
        assert vault.get(kept) == b"kept"


def test_a_deleted_file_is_gone_and_to_delete_it_again_does_no_harm(vault: SealedFileVault, tmp_path: Path) -> None:
    kept, _ = vault.put(b"of another case")
    sha256, _ = vault.put(b"of an erased case")
    for _ in range(2):
        vault.delete(sha256)
    vault.delete(hashlib.sha256(b"never there").digest())
    assert len(files_in(tmp_path)) == 1
    assert vault.get(kept) == b"of another case"
    with pytest.raises(CounterError, match="file_missing"):
        vault.get(sha256)
