"""The red banner of what the law answers itself: at sign-in and on the lock, with the way out. No names."""

from __future__ import annotations

from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner


class MustAnswerBanner(Banner):
    """way is the key of the sentence that says which key opens the page where it is done."""

    def __init__(self, way: str) -> None:
        super().__init__("danger", "octagon-alert", "-")
        self._way = way
        self.hide()

    def show_counts(self, due: int, over: int, before: str) -> None:
        """Cases to be answered today before a time such as 17:30, and cases whose period is over; none hide it."""
        self.setVisible(bool(due or over))
        title = must_answer_words(due, over, before)
        if title and not self.accessibleName().startswith(title):
            self.say("danger", "octagon-alert", title, tr("ui.must.sentence", way=tr(self._way)))


def must_answer_words(due: int, over: int, before: str) -> str:
    """今天 17:30 前有 2 件必须答复，另有 1 件五日已过; empty for none."""
    if due and over:
        return tr("ui.must.both", n=due, over=over, before=before)
    if due:
        return tr("ui.must.due", n=due, before=before)
    return tr("ui.must.over", over=over) if over else ""
