"""Values of the settings that say which dress the window has, and whether there is a second one."""

from __future__ import annotations

FULL_PAGE = "full"  # of `dress`: no village agent's dress, whatever the post
SECOND_SCREEN = "on"  # of `second_screen`
