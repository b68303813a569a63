"""Why something cannot be done now: a fact and the rule, in one line."""

from __future__ import annotations

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Actor
from counter_app.domain.states import END_STATES, Action, CaseState, transition
from counter_app.services.sentences import sentences
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.texts import has, tr
from counter_app.ui.wording import day, holder_word, word

_ANSWERS = frozenset({"accept", "correct", "refuse", "not_required", "deem_accepted", "fix_on_spot", "return"})
_ACCEPTS = frozenset({"accept", "deem_accepted"})
_AFTER_DECISION = frozenset({"send_out", "deliver", "close"})
_DECIDED = frozenset({CaseState.GRANTED, CaseState.DENIED, CaseState.DELIVERING, CaseState.DELIVERED})


def why_not(action: str, error: CounterError, shown: Shown) -> str:
    """The reason in the shortest words that are true."""
    reader = _READERS.get(error.code)
    if reader is not None:
        return reader(action, error, shown)
    key = f"ui.case.why.{error.code}"
    return tr(key) if has(key) else sentences(error).message


def _not_holder(action: str, error: CounterError, shown: Shown) -> str:
    if transition(shown.case.state, Action(action)) is None:
        return _wrong_state(action, error, shown)  # nobody could do it now
    return tr("ui.case.why.not_holder", holder=holder_word(str(error.params.get("holder", "")), shown.device))


def _wrong_state(action: str, _error: CounterError, shown: Shown) -> str:
    case, name = shown.case, word("actions", action)
    state = word("ui.state", case.state.value)
    if case.state in END_STATES:
        return tr("ui.case.why.ended", state=state)
    if action in _ACCEPTS and case.accepted_on is not None:
        return tr("ui.case.why.already", day=day(case.accepted_on, shown.today))
    if action in _ANSWERS and case.accepted_on is not None:
        return tr("ui.case.why.accepted", day=day(case.accepted_on, shown.today), action=name)
    if action in _AFTER_DECISION and case.state not in _DECIDED:
        return tr("ui.case.why.not_decided")
    if case.state in _DECIDED and action not in _AFTER_DECISION:
        return tr("ui.case.why.decided", action=name)
    key = f"ui.case.why.state.{action}"
    return tr(key) if has(key) else tr("ui.case.why.wrong_state", state=state)


def _role(_action: str, error: CounterError, _shown: Shown) -> str:
    letters = [letter for letter in str(error.params.get("actors", "")) if letter in set(Actor)]
    return tr("ui.case.why.role", actors=tr("ui.case.or").join(word("actors", letter) for letter in letters))


_READERS = {
    "not_holder": _not_holder,
    "wrong_state_for_action": _wrong_state,
    "not_your_role": _role,
}
