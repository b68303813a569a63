"""The editors of an act's dialog, one a kind of `act_table.Ask`: each gives what the act needs, or says what is wrong.

    editor = editor_of(ask, shown); editor.widget; editor.fault(); editor.given()
"""

from __future__ import annotations

from collections.abc import Callable

from counter_app.ui.pages.case.act_table import Ask
from counter_app.ui.pages.case.editors import (
    AgreeEditor,
    ChoiceEditor,
    CountEditor,
    DaysEditor,
    Editor,
    LineEditor,
    NamesEditor,
    TickEditor,
    YuanEditor,
)
from counter_app.ui.pages.case.list_editors import FeesEditor, FormEditor, GapsEditor, MaterialEditor, SuppliedEditor
from counter_app.ui.pages.case.reading import Shown


def editor_of(ask: Ask, shown: Shown) -> Editor:
    """The editor for what is asked. KeyError names a kind that there is none for."""
    return _EDITORS[ask.kind](ask, shown)


_EDITORS: dict[str, Callable[[Ask, Shown], Editor]] = {
    "line": LineEditor,
    "text": LineEditor,
    "choice": ChoiceEditor,
    "tick": TickEditor,
    "agree": AgreeEditor,
    "days": DaysEditor,
    "count": CountEditor,
    "day": LineEditor,
    "yuan": YuanEditor,
    "names": NamesEditor,
    "fees": FeesEditor,
    "gaps": GapsEditor,
    "supplied": SuppliedEditor,
    "material": MaterialEditor,
    "form": FormEditor,
}
