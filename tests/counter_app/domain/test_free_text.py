"""Free text: what is taken at intake is taken later too."""

import re
import sys

import pytest

from counter_app.domain.errors import InvalidInput
from counter_app.domain.free_text import LONGEST_TEXT, check_free_text
from forms.field_schema import TEXT


def test_later_acts_take_exactly_the_characters_that_a_line_of_intake_takes() -> None:
    pattern = re.compile(TEXT)
    for code_point in range(sys.maxunicode + 1):
        text = f"a{chr(code_point)}"
        try:
            check_free_text(text)
        except InvalidInput:
            assert pattern.match(text) is None, hex(code_point)
        else:
            assert pattern.match(text) is not None, hex(code_point)


def test_a_text_may_be_long_but_not_endless() -> None:
    check_free_text("长" * LONGEST_TEXT)
    with pytest.raises(InvalidInput) as refused:
        check_free_text("长" * (LONGEST_TEXT + 1))
    assert refused.value.code == "text_length"
