"""Sign-in as soon as it is known who works here, while the rest of the program is loaded: a PIN can be typed already.

page = early_sign_in(door)       # `Desktop` puts its own page in its place, which goes on where this one stopped
"""

from __future__ import annotations

from datetime import datetime

from counter_app.domain.moments import CHINA
from counter_app.services.door import Door
from counter_app.ui.posts import post_of
from counter_app.ui.sign_in import SIGN_IN_PANEL, SignInPage
from counter_app.ui.station_panel import StationPanel, StationWords, day_kind
from counter_app.ui.widgets.person_card import PersonLine
from resources.calendars import national_calendar


def early_sign_in(door: Door) -> SignInPage:
    """The people and the place; how the station stands is not known yet."""
    calendar = national_calendar()
    words = StationWords(door.county, door.station, door.window if door.window != door.station else "")
    panel = StationPanel(
        words, (), lambda: datetime.now(CHINA), lambda day: day_kind(calendar, day), width=SIGN_IN_PANEL
    )
    return SignInPage(panel, [PersonLine(person.name, post_of(person)) for person in door.people])
