"""`verify`, `doctor`: is everything still there, and is this machine fit for a day's work?"""

from __future__ import annotations

from counter_app.cli.commands import command, group
from counter_app.cli.session import Session
from resources.texts import text

app = group()


@command(app, "verify")
def verify(session: Session) -> None:
    found = session.station().verifier.verify()
    facts = {"ok": found.ok, "events": found.events, "head": found.head, "problems": list(found.problems)}
    words = text("cli.verified" if found.ok else "cli.not_verified", events=found.events)
    session.answer(facts, words, *found.problems)
    session.exit_code = 0 if found.ok else 1


@command(app, "doctor")
def doctor(session: Session) -> None:
    checks = session.composition.doctor(session.home).examine()
    facts = {
        "checks": [
            {
                "name": check.name,
                "state": check.state.value,
                "code": check.code,
                "message": check.message,
                "remedy": check.remedy,
            }
            for check in checks
        ]
    }
    lines = [text(f"cli.health_{check.state.value}", message=check.message, remedy=check.remedy) for check in checks]
    session.answer(facts, *lines)
