"""今日: the home page (picture 02; when nothing is left to do, in the manner of 09)."""
