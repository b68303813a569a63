"""`user pin`, `user unlock`, `user remove`: PINs come from the environment, never from the line."""

from __future__ import annotations

from tests.support.in_process import Counter
from tests.support.programs import CLERK, PIN


def test_pins_are_changed_and_given_and_people_unlocked_and_taken_off_the_list(counter: Counter) -> None:
    li = ("--user", "李雷")
    counter.by_clerk("user", "add", "李雷", "--role", "clerk", COUNTER_NEW_PIN="135790").done()
    assert counter.run("user", "pin", *li, COUNTER_PIN="135790", COUNTER_NEW_PIN="112358").done().json["user"] == "李雷"
    wrong = [counter.run("drafts", *li, COUNTER_PIN="000000").error for _ in range(5)]
    assert wrong[-1] == "person_locked"
    counter.by_clerk("user", "unlock", "李雷").done()
    counter.run("drafts", *li, COUNTER_PIN="112358").done()
    assert counter.by_clerk("user", "pin", "李雷", COUNTER_NEW_PIN="271828").done().json["given"]
    assert counter.run("drafts", *li, COUNTER_PIN="271828").error == "pin_to_change"
    counter.run("user", "pin", *li, COUNTER_PIN="271828", COUNTER_NEW_PIN="314159").done()
    assert counter.refused("user", "remove", CLERK) == "cannot_remove_yourself"
    counter.by_clerk("user", "remove", "李雷").done()
    assert counter.run("drafts", *li, COUNTER_PIN="314159").error == "person_unknown"
    assert counter.run("user", "pin", COUNTER_NEW_PIN="314159", COUNTER_PIN=PIN).error == "user_needed"
    assert counter.is_whole()
