"""Machines that can lose a program or their power at any step, and the programs that run on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


class Died(BaseException):
    """The program ended here, in the middle of whatever it did; nothing of it is executed any more."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.name)
        self.machine = machine


@dataclass(eq=False)
class Machine:
    """life counts its starts: a program of an earlier life is gone."""

    name: str
    lose_power: Callable[[], None]
    life: int = 0
    exchanging: bool = False  # one exchange at a time (the lock of the home)
    tries: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Program:
    """One program on a machine, from its start to its end."""

    machine: Machine
    between: Callable[[Program, str], None]
    life: int = field(init=False)

    def __post_init__(self) -> None:
        self.life = self.machine.life

    def step(self, point: str) -> None:
        """A point at which it may die, or another may come between. Died."""
        if self.machine.life != self.life:
            raise Died(self.machine)
        self.between(self, point)
        if self.machine.life != self.life:
            raise Died(self.machine)
