"""How a state looks: tone, shape and word, as tables (desktop design section 4).

Keys are the codes of the domain; a word is `ui.state.<code>`, `ui.light.<code>` or
`ui.sending.<code>` of the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """tone: a name of `tokens.TONES`; icon: a Lucide name; solid: white on the tone itself."""

    tone: str
    icon: str
    solid: bool = False


STATE_LOOKS: Mapping[str, Look] = {
    "DRAFT": Look("mute", "circle-dashed"),
    "RECEIVED": Look("mute", "inbox"),
    "CORRECTING": Look("warn", "undo-2"),
    "ACCEPTED": Look("brand", "circle-dot"),
    "IN_REVIEW": Look("brand", "circle-dot"),
    "JOINT": Look("brand", "users"),
    "FORWARDED": Look("brand", "arrow-up"),
    "SUSPENDED": Look("pause", "circle-pause"),
    "GRANTED": Look("ok", "file-check"),
    "DENIED": Look("mute", "file-x"),
    "DELIVERING": Look("ok", "package"),
    "DELIVERED": Look("ok", "handshake"),
    "CLOSED": Look("ok", "circle-check"),
    "NOT_REQUIRED": Look("mute", "circle-slash-2"),
    "REFUSED": Look("mute", "ban"),
    "RETURNED": Look("mute", "undo"),
    "WITHDRAWN": Look("mute", "rotate-ccw"),
    "VOIDED": Look("mute", "x"),
}

LIGHT_LOOKS: Mapping[str, Look] = {
    "normal": Look("ok", "circle-check"),
    "warning": Look("warn", "triangle-alert"),
    "over_promise": Look("danger", "flag"),
    "over_statute": Look("danger", "octagon-alert", solid=True),
    "provisional": Look("mute", "calendar-clock"),
}

SENDING_LOOKS: Mapping[str, Look] = {
    "no_link": Look("warn", "cloud-off"),
    "queued": Look("mute", "clock"),
    "sending": Look("brand", "send"),
    "stopped": Look("warn", "circle-pause"),
    "budget": Look("mute", "hourglass"),
    "in_bag": Look("pause", "mailbox"),
    "at_hall": Look("ok", "circle-check"),
    "exception": Look("danger", "diamond"),
}
