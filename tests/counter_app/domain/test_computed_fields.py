"""Values of a form that follow from the id number."""

from datetime import date

import pytest

from counter_app.domain.computed_fields import age_on, computed_values
from counter_app.domain.id_numbers import IdNumber, check_resident_number
from forms.catalogue import Catalogue

TODAY = date(2026, 1, 5)
DISABILITY = Catalogue.load().get("disability_card")


@pytest.mark.parametrize(
    ("today", "age"),
    [(date(2026, 3, 10), 83), (date(2026, 3, 11), 84), (date(2026, 3, 12), 84), (date(1942, 3, 11), 0)],
)
def test_a_year_is_complete_on_the_birthday(today: date, age: int) -> None:
    assert age_on(today, date(1942, 3, 11)) == age


def test_born_on_a_leap_day() -> None:
    assert age_on(date(2026, 2, 28), date(2000, 2, 29)) == 25
    assert age_on(date(2026, 3, 1), date(2000, 2, 29)) == 26


def test_age_and_sex_come_from_the_number() -> None:
    number = check_resident_number("37990119420311002X", TODAY)
    assert computed_values(DISABILITY, number, TODAY) == {"age": 83, "sex": "2"}


def test_a_passport_tells_nothing() -> None:
    assert computed_values(DISABILITY, IdNumber("E12345678"), TODAY) == {}
