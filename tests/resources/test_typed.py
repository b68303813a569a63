"""Typed reading: many threads that meet a type for the first time all read it; nothing in the program goes around."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from resources.typed import from_json, from_plain, unpacker

ROOT = Path(__file__).parents[2]
PROGRAM = ("counter_app", "forms", "resources", "sync")
ROUNDS = 150
# In a process of its own: where it fails, the process is gone.
READERS = """
import sys, threading, types
sys.path.insert(0, sys.argv[1])
from resources.typed import from_plain, unpacker
import msgspec

HEADS = {"struct": "class {}(msgspec.Struct):", "dataclass": "@dataclass\\nclass {}:"}
INNER, FIELDS, READERS = 8, 4, 4
sys.setswitchinterval(1e-6)

def new_type(n, head):
    module = types.ModuleType(f"types{n}")
    sys.modules[module.__name__] = module
    lines = ["from __future__ import annotations", "from dataclasses import dataclass", "import msgspec"]
    for k in range(INNER):
        lines += [head.format(f"Inner{k}"), *(f"    field{i}: int" for i in range(FIELDS))]
    lines += [head.format("Outer"), *(f"    part{k}: list[Inner{k}]" for k in range(INNER))]
    exec("\\n".join(lines), module.__dict__)
    return module.Outer

plain = {f"part{k}": [{f"field{i}": i for i in range(FIELDS)}] for k in range(INNER)}
packed = msgspec.msgpack.encode(plain)
for n in range(int(sys.argv[2])):
    kind, together, read = new_type(n, HEADS[sys.argv[3]]), threading.Barrier(READERS), []
    def reader(turn):
        together.wait()
        read.append(unpacker(kind).decode(packed) if turn % 2 else from_plain(plain, kind))
    readers = [threading.Thread(target=reader, args=(turn,)) for turn in range(READERS)]
    for each in readers: each.start()
    for each in readers: each.join()
    assert read == [read[0]] * READERS, read
"""


class Place(msgspec.Struct):
    """Something to read."""

    name: str
    floor: int = 0


@pytest.mark.parametrize("kind", ["struct", "dataclass"])
def test_threads_that_meet_a_type_for_the_first_time_together_all_read_it(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READERS, str(ROOT), str(ROUNDS), kind],
        capture_output=True, text=True, timeout=120, check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_has_another_shape_is_told_with_its_place() -> None:
    assert from_plain({"name": "三号窗口"}, Place) == Place("三号窗口") == from_json('{"name": "三号窗口"}', Place)
    with pytest.raises(msgspec.ValidationError, match=r"\$\.floor"):
        from_plain({"name": "三号窗口", "floor": "one"}, Place)
    with pytest.raises(msgspec.DecodeError):
        unpacker(Place).decode(b"\x81\xa4name")


def test_nothing_else_in_the_program_makes_typed_decoders() -> None:
    files = [file for folder in PROGRAM for file in (ROOT / folder).rglob("*.py")]
    around = [f"{file.relative_to(ROOT)}:{line}" for file in files for line in _typed(file)]
    assert [place for place in around if not place.startswith("resources/typed.py:")] == []
    assert around, "it finds those that are there"


def _typed(file: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and "msgspec." in (called := ast.unparse(node.func)):
            is_typed = called.endswith("Decoder") and (node.args or node.keywords)
            if is_typed or called.endswith(".convert") or any(keyword.arg == "type" for keyword in node.keywords):
                yield node.lineno
