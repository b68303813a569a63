"""An error in people's words: what happened and what is safe, and what to do now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import HALL, station_of_desk, station_of_device
from counter_app.domain.moments import local_time
from counter_app.domain.people import Actor
from resources.texts import has_text, text

if TYPE_CHECKING:  # all of the law of a case, which sign-in would wait for
    from counter_app.domain.dossiers import Dossier


@dataclass(frozen=True, slots=True)
class Sentences:
    """message: what happened and what is safe. remedy: what to do now."""

    message: str
    remedy: str


def sentences(error: CounterError) -> Sentences:
    """The sentences of an error in the language in use; an unknown code of a newer hall gets the general ones."""
    words = {name: _word(name, value) for name, value in error.params.items()}
    key = f"errors.{error.code}"
    if has_text(f"{key}.{words.get('step')}.message"):  # the same failure reads differently in the middle of this
        key = f"{key}.{words['step']}"
    if not has_text(f"{key}.message"):
        return Sentences(text("errors.unknown.message", code=error.code), text("errors.unknown.remedy"))
    return Sentences(_filled(f"{key}.message", words), _filled(f"{key}.remedy", words))


def _filled(key: str, words: Mapping[str, object]) -> str:
    return text(key).format_map(_Words(words))


class _Words(dict[str, object]):
    """A code that came from the hall has no parameters: its sentence is shown with a gap, not lost."""

    def __missing__(self, name: str) -> str:
        return "…"


def _word(name: str, value: object) -> object:
    """The value as people read it: codes by their names, moments by the clock on the wall."""
    reader = _READERS.get(name)
    return value if reader is None or value is None else reader(value)


def _named(table: str) -> Callable[[object], str]:
    def word(value: object) -> str:
        key = f"{table}.{value}"
        return text(key) if has_text(key) else str(value)

    return word


def holder_kind(holder: str, device: str) -> str:
    """Who has the case, as this device sees it: `here`, `hall`, the station's `desk`, another `counter` of the station,
    or `other`."""
    station = station_of_device(device)
    if holder == device:
        return "here"
    if holder == HALL:
        return "hall"
    if not station or station not in (station_of_desk(holder), station_of_device(holder)):
        return "other"
    return "counter" if station_of_desk(holder) is None else "desk"


def holder_name(holder: str, device: str) -> str:
    """The same in words."""
    kind = holder_kind(holder, device)
    return _holder(holder) if kind == "other" else text(f"holders.{kind}", holder=holder)


def _holder(value: object) -> str:
    station = station_of_desk(str(value))
    if station is not None:
        return text("holders.desk_of", station=station)
    return text("holders.hall") if value == HALL else str(value)


def _actors(value: object) -> str:
    """Letters of the state table by the names of their roles."""
    return "、".join(_named("actors")(letter) for letter in str(value) if letter in set(Actor))


def _states(value: object) -> str:
    return "、".join(map(_named("states"), str(value).split(",")))


def _moment(value: object) -> str:
    return f"{local_time(int(str(value))):%H:%M}"


def _path(value: object) -> str:
    return text("line.whole") if value == "$" else str(value)


def _roles(value: object) -> str:
    return text("paper.separator").join(text(f"roles.{role}") for role in str(value).split(","))


_READERS: dict[str, Callable[[object], str]] = {
    "action": _named("actions"),
    "state": _named("states"),
    "states": _states,
    "holder": _holder,
    "actors": _actors,
    "until_ms": _moment,
    "job_action": _named("job_actions"),
    "job_state": _named("job_states"),
    "job_roles": _roles,
    "not_counted": _named("jobs.not_counted"),
    "stage": _named("ratings.stages"),
    "way": _named("delivery"),
    "path": _path,
}


def shown_name(case: Dossier) -> str:
    """Whose case it is, or that this was erased (到期清除)."""
    return text("retention.erased") if case.erased else case.applicant.name
