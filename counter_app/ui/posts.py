"""What somebody is here, in words; known before anything else of the program is loaded."""

from __future__ import annotations

from counter_app.domain.people import Person, Role
from counter_app.ui.texts import tr

_POSTS = (Role.CLERK, Role.AGENT, Role.CHIEF, Role.SUPERVISOR)  # 管理员 is said of those who are nothing else


def post_of(person: Person) -> str:
    """What somebody is here, in words."""
    at_work = [role for role in _POSTS if role in person.roles] or sorted(person.roles)
    return tr("ui.strip.and").join(tr(f"roles.{role.value}") for role in at_work)
