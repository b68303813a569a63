"""What F1 says: of the page, of the dialog, of the field that has the focus. The words stand in help.toml.

    help_of("page.today"); help_of("dialog.scan"); help_of("place.phone")     # a Help, to be shown by `panel.HelpPanel`
"""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.ui.texts import has, tr

QUESTIONS = ("what", "enter", "do", "where", "mind")


@dataclass(frozen=True, slots=True)
class Help:
    """One thing explained: its name, and (question, answer) rows in the order of reading."""

    name: str
    rows: tuple[tuple[str, str], ...]

    def spoken(self) -> str:
        """All of it as a reader says it."""
        return "\n".join((self.name, *(f"{question}: {answer}" for question, answer in self.rows)))


def help_of(topic: str) -> Help:
    """The help of a topic such as `page.today`. TextMissing names a topic that the catalogue does not have."""
    rows = [(key, f"help.{topic}.{key}") for key in QUESTIONS]
    return Help(tr(f"help.{topic}.name"), tuple(row(key, tr(answer)) for key, answer in rows if has(answer)))


def row(question: str, answer: str) -> tuple[str, str]:
    """An answer under the words of its question (`help.ask`)."""
    return tr(f"help.ask.{question}"), answer
