"""Homes that are copied, fall back to an older copy, or are restored by command; and what becomes of their work."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from counter_app.adapters.store.replays import _NOT_BROUGHT
from counter_app.domain.identifiers import HALL, EventId
from sync.hall.ports import Records
from tests.simulation import people
from tests.simulation.checks import Violation
from tests.simulation.machines import Program
from tests.simulation.station_dicts import event_of

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST_CLONES = 2
APART_BY_COMMAND = 0.5


def clone(world: World) -> None:
    """Somebody copies a home to another machine, and both are used on."""
    if world.nested or len(world.homes) >= len(world.first_homes) + MOST_CLONES:
        return
    home = world.rng.choice(world.homes)
    if world.machines[home].restored:
        return
    name = f"{home}~{len(world.homes)}"
    world.log("%s: copied as %s", home, name)
    world.county.clone(home, name)
    world.machines[name] = world.county.machine(name)
    world.machines[name].tries = list(world.machines[home].tries)
    world.confirmed[name] = dict(world.confirmed[home])
    world.scans[name] = list(world.scans.get(home, ()))
    world.homes.append(name)
    world.county.meter.excuse(map(world.digest, world.scans[name]))


def fall_back(world: World) -> None:
    """An older copy of a home takes its place, by command or behind everybody's back, and is used on at once."""
    if world.nested or not world.backups:
        return
    home = world.rng.choice(sorted(world.backups))
    by_command = world.rng.random() < APART_BY_COMMAND
    world.log("%s: an older copy takes its place%s", home, " by command" if by_command else "")
    world.put_back(home)
    world.fell_back = True
    if by_command:
        world.station(home).set_apart("home_restored")


def forget_what_is_gone(world: World, home: str) -> None:
    """What an older copy does not have is the hall's to keep; what the hall does not have either is gone."""
    here = world.station(home).written()
    with world.county.reading().read() as tx:
        for (device, seq), h in list(world.confirmed[home].items()):
            if (device, seq, h) not in here:
                del world.confirmed[home][device, seq]
                if _places(tx, device, seq, h):
                    world.only_at_hall.add((device, seq, h))


def back_up_hall(world: World) -> None:
    """While others work: what is committed, and the scans beside it."""
    world.hall_backup = world.county.back_up_hall()
    world.log("hall: backup")


def restore_hall(world: World) -> None:
    """The hall comes back as it was: its stations have more than it, and it waits until somebody says `recovered`."""
    if world.nested or world.hall_backup is None or world.hall_restored:
        return
    files = world.rng.random() < 0.5
    world.log("hall: restored from its backup%s", ", scans too" if files else "")
    world.hall_restored = True
    world.county.meter.excuse(world.digest(content) for scans in world.scans.values() for content in scans)
    world.county.meter.excuse(list(world.county.meter.came))
    world.county.restore_hall(world.hall_backup, files=files)
    world.machines[HALL].life += 1
    world.network.half_open.clear()


def recover(world: World) -> bool:
    """Every station was heard, and the operator says so; whether there was anything to say."""
    if not world.county.backs_up or not world.county.waits_for_recovery():
        return False
    program = Program(world.machines[HALL], world.between)
    code = people.attempt(lambda: world.log("hall: %d cases enacted again", world.county.recover(program)))
    world.log("hall: recovered %s", code)
    return True


def enrol_again(world: World) -> None:
    """Somebody comes with a new code."""
    apart = [home for home in world.homes if world.station(home).apart]
    if apart:
        enrol(world, world.rng.choice(apart))


def enrol(world: World, home: str) -> None:
    hall, station = (Program(world.machines[name], world.between) for name in (HALL, home))
    code = people.attempt(lambda: world.log("%s: enrolled as %s", home, world.county.enrol_again(home, hall, station)))
    if code:
        world.log("%s: not enrolled, %s", home, code)
    world.machines[home].tries.clear()


def branches_are_kept(world: World, tx: Records, devices: list[str]) -> None:
    """Every confirmed act of every branch is at the hall, exactly once: where it was written, or as it was brought."""
    ordered = Counter(
        EventId(device, seq) for case in world.county.hall_cases() for device, seq, _ in tx.order(case)
    )
    aside = {(device, seq) for device in devices for seq, _ in tx.not_accepted(device)}
    confirmed = {(*place, h) for home in world.homes for place, h in world.confirmed[home].items()}
    not_brought = _not_brought(world)
    for device, seq, h in sorted(confirmed | world.only_at_hall):
        places = _places(tx, device, seq, h)
        if len(places) != 1 and not (not places and (device, seq, h) in not_brought):
            raise Violation(f"{device}/{seq} is at the hall {len(places)} times")
        for place in places:
            [row] = tx.journals.rows(place.device, place.seq - 1, place.seq)
            if event_of(*place_of(place), row.public, row.private).case is None or place_of(place) in aside:
                continue
            if ordered[place] != 1:
                raise Violation(f"{device}/{seq} is applied {ordered[place]} times")


def _not_brought(world: World) -> set[tuple[str, int, bytes]]:
    """Wishes and words of an id itself, which go with it."""
    written = (world.station(home).written() for home in world.homes)
    return {key for events in written for key, (kind, _) in events.items() if kind in _NOT_BROUGHT}


def _places(tx: Any, device: str, seq: int, h: bytes) -> list[EventId]:
    """Where the hall has this very event: as it was written, as it was brought."""
    first = tx.device(device) is not None and tx.journals.hash_at(device, seq) == h
    brought = tx.tx.get("replay", (device, seq, h))
    return [*([EventId(device, seq)] if first else []), *([brought] if brought else [])]


def place_of(event: EventId) -> tuple[str, int]:
    return event.device, event.seq
