"""Every error of the exchange has its two sentences in both languages, and they can be filled."""

import re
from pathlib import Path

import pytest

from resources.texts import LANGUAGES, catalogue
from sync import canonical, journal_rules, ports, wire
from sync.feed_check import FeedBroken

RAISED = [
    canonical.EventTooBig(70_000),
    canonical.EventNotReadable("D1", 1),
    journal_rules.JournalNotOpen("D1"),
    journal_rules.JournalGap("D1", 1, 2),
    journal_rules.JournalMismatch("D1", 1),
    journal_rules.JournalFork("D1", 1),
    journal_rules.JournalDamaged("D1", 1),
    ports.LinkDown("x"),
    ports.LinkCut("x"),
    ports.NotTheHall("x"),
    FeedBroken(1),
    *[ports.HallRefused(code) for code in [*wire.HTTP_STATUS, "no_progress"]],
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", RAISED, ids=lambda error: f"{type(error).__name__}-{error.code}")
def test_an_error_can_be_shown_with_what_it_carries(error, language):
    for part in ("message", "remedy"):
        sentence = catalogue(language)[f"errors.{error.code}.{part}"].format(**error.params)
        assert "{" not in sentence


def test_no_code_raised_in_sync_is_without_its_sentences():
    """Codes as they stand in the source, so that a new one is not forgotten."""
    raised: set[str] = set()
    for file in (Path(canonical.__file__).parent).glob("*.py"):
        raised |= set(re.findall(r'(?:CounterError|InvalidInput|super\(\).__init__)\("([a-z_]+)"', file.read_text()))
    assert raised
    for language in LANGUAGES:
        assert {code for code in raised if f"errors.{code}.message" not in catalogue(language)} == set()


def test_no_sentence_says_try_again_later_or_system_error():
    for code in {error.code for error in RAISED}:
        for part in ("message", "remedy"):
            assert not re.search("请稍后再试|系统错误|!|！", catalogue("zh_CN")[f"errors.{code}.{part}"])
