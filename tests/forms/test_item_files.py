"""Item files: what is shipped is right, and what is wrong is told with file and line."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from counter_app.domain.errors import CounterError, NotFound
from counter_app.domain.service_item import ItemKind, ServiceItem
from forms.catalogue import Catalogue
from forms.compiled_items import FILE_NAME, compiled
from forms.item_file import read_item
from resources.texts import text

ITEMS = Path(str(files("forms") / "items"))
SHIPPED = sorted(ITEMS.glob("*.yaml"))
ELDER = (ITEMS / "elder_allowance.yaml").read_text(encoding="utf-8")


def refused(content: str) -> CounterError:
    with pytest.raises(CounterError) as caught:
        read_item(content.encode(), "elder_allowance.yaml")
    assert caught.value.code == "item_file_invalid"
    assert text("errors.item_file_invalid.message", **caught.value.params)
    return caught.value


def line_of(content: str, part: str) -> int:
    return content[: content.index(part)].count("\n") + 1


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_item_passes_the_full_check(file: Path) -> None:
    item = read_item(file.read_bytes(), file.name)
    assert item.code == file.stem
    assert Catalogue.load().get(item.code, item.version) == item


def test_the_compiled_form_is_that_of_the_files() -> None:
    files_now = [(file.name, file.read_bytes()) for file in SHIPPED]
    made = compiled((name, content, read_item(content, name)) for name, content in files_now)
    assert made == (ITEMS / FILE_NAME).read_bytes(), "run installer/compile_items.py"


def test_a_start_reads_no_yaml_while_the_files_are_as_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(content: bytes, file_name: str) -> ServiceItem:
        raise AssertionError(file_name)

    monkeypatch.setattr("forms.catalogue.read_item", refuse)
    assert len(Catalogue.load().items()) == len(SHIPPED)


@pytest.mark.parametrize(
    "spoilt", [b"", b"{}", b"[1]", b'{"elder_allowance.yaml": {"sha256": "x", "item": {}}}', b"\xff"]
)
def test_a_compiled_form_that_is_none_is_passed_over(copied: Path, spoilt: bytes) -> None:
    (copied / FILE_NAME).write_bytes(spoilt)
    assert Catalogue.load().get("elder_allowance") == read_item(ELDER.encode(), "elder_allowance.yaml")


def test_without_a_compiled_form_the_files_themselves_are_read(copied: Path) -> None:
    (copied / FILE_NAME).unlink()
    assert Catalogue.load().get("elder_allowance") == read_item(ELDER.encode(), "elder_allowance.yaml")


def test_an_item_that_is_no_licence_brings_its_own_legal_lines() -> None:
    for item in Catalogue.load().items():
        assert bool(item.basis_lines) is not item.is_licence
        assert not any("行政许可" in line for line in item.basis_lines.values())


def test_homestead_land_is_a_licence_of_the_town_and_goes_up_for_farmland() -> None:
    item = Catalogue.load().get("homestead_approval")
    assert (item.kind, item.agency) == (ItemKind.UPWARD, "town_government")
    assert (item.limits.statutory.length, item.limits.statutory.unit) == (20, "working_day")


def test_an_unknown_key_is_named_with_its_line() -> None:
    error = refused(ELDER.replace("short_name:", "shrt_name: x\nshort_name:"))
    assert error.params["line"] == line_of(ELDER, "short_name:")
    assert error.params["place"] == "shrt_name"


def test_a_wrong_unit_deep_inside_is_named_with_its_line() -> None:
    broken = ELDER.replace("promise: {length: 15, unit: working_day", "promise: {length: 15, unit: weekday")
    error = refused(broken)
    assert (error.params["line"], error.params["place"]) == (line_of(ELDER, "promise:"), "limits.promise.unit")


def test_a_missing_key_is_told_at_the_part_that_lacks_it() -> None:
    error = refused(ELDER.replace("    name: 居住状况\n", ""))
    assert (error.params["line"], error.params["place"]) == (line_of(ELDER, "- id: living"), "fields[2]")
    assert "name" in str(error.params["problem"])


def test_yaml_that_is_none_is_told_with_its_line() -> None:
    error = refused(ELDER.replace("kind: PROMISE", 'kind: "PROMISE'))
    assert int(str(error.params["line"])) >= line_of(ELDER, "kind:")


@pytest.mark.parametrize("content", ["", "\n\n", "- a\n", "null", "\x00", "a: &x [*x]"])
def test_a_file_that_is_no_item_at_all_is_refused(content: str) -> None:
    refused(content)


def test_a_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(CounterError, match="item_file_invalid"):
        read_item(ELDER.encode("gb18030"), "x.yaml")


def test_a_key_written_twice_is_refused_at_its_second_place() -> None:
    error = refused(ELDER + "name: 另一个名字\n")
    assert error.params["line"] == ELDER.count("\n") + 1


@pytest.mark.parametrize(
    ("good", "bad", "place"),
    [
        ("{field: living, is: care_home}", "{field: lving, is: care_home}", "fields[3].when"),
        ("{field: living, is: care_home}", "{field: living, is: hotel}", "fields[3].when"),
        ("{field: living, is: care_home}", "{field: age, is: 80}", "fields[3].when"),
        ("{field: living, is: care_home}", "{field: other_subsidy, is: x}", "fields[3].when"),
        ("{field: living, is: care_home}", "{fild: living}", "fields[3].when"),
        ("{situation: from_100}", "{situation: from_110}", "materials[5].when"),
        ("id: living_place", "id: village", "fields[4]"),
        ('examples: ["13900000012"]', "examples: [abc]", "fields[8].examples[0]"),
        ("task_code: 11379901MB1C0002XF", "task_code: 11379901MB1C0002XE", "task_code"),
        ("is_licence: false", "is_licence: true", "basis_lines"),
    ],
)
def test_what_contradicts_itself_is_told_with_its_place(good: str, bad: str, place: str) -> None:
    assert good in ELDER
    assert refused(ELDER.replace(good, bad, 1)).params["place"] == place


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with two of the shipped items and their compiled form, which `Catalogue.load` reads."""
    folder = tmp_path / "items"
    folder.mkdir()
    for name in ("elder_allowance.yaml", "birth_registration.yaml", FILE_NAME):
        (folder / name).write_bytes((ITEMS / name).read_bytes())
    monkeypatch.setattr("forms.catalogue.files", lambda package: tmp_path)
    return folder


def test_a_shipped_file_that_was_changed_is_read_as_it_is_now(copied: Path) -> None:
    (copied / "elder_allowance.yaml").write_text(ELDER.replace("高龄津贴申请", "高龄补贴申请", 1), encoding="utf-8")
    assert Catalogue.load().get("elder_allowance").name == "高龄补贴申请"


def test_a_shipped_file_that_was_changed_is_checked_again(copied: Path) -> None:
    (copied / "elder_allowance.yaml").write_text(ELDER.replace("PROMISE", "PROMISED"), encoding="utf-8")
    with pytest.raises(CounterError) as caught:
        Catalogue.load()
    assert caught.value.params["file"] == "elder_allowance.yaml"


def newer(version: str) -> ServiceItem:
    return read_item(ELDER.replace('version: "1"', f'version: "{version}"').encode(), "x.yaml")


def test_the_newest_version_is_offered_and_older_ones_stay_readable() -> None:
    catalogue = Catalogue([newer("10"), newer("9")])
    assert [item.version for item in catalogue.offered(["county_civil_affairs"])] == ["10"]
    assert catalogue.get("elder_allowance").version == "10"
    assert catalogue.get("elder_allowance", "9").version == "9"
    with pytest.raises(NotFound, match="item_version_unknown"):
        catalogue.get("elder_allowance", "8")


def test_an_unknown_item_is_not_found() -> None:
    with pytest.raises(NotFound, match="item_unknown"):
        Catalogue.load().get("no_such_item")


def test_only_the_items_of_the_agencies_are_offered() -> None:
    offered = Catalogue.load().offered({"town_government"})
    codes = [item.code for item in offered]
    assert codes == sorted(item.code for item in Catalogue.load().items() if item.agency == "town_government")
    assert {"birth_registration", "homestead_approval"} <= set(codes)


def test_items_of_a_folder_are_loaded_from_it(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ELDER, encoding="utf-8")
    assert [item.code for item in Catalogue.load_from(tmp_path).items()] == ["elder_allowance"]


def test_examples_of_dates_lie_in_the_past_where_they_must() -> None:
    for item in Catalogue.load().items():
        for row in item.fields:
            if row.not_future:
                assert all(date.fromisoformat(str(example)) < date(2026, 1, 1) for example in row.examples)
