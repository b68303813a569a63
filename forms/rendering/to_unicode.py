"""A cure for the text layer that reportlab 5.1 writes.

`reportlab.pdfbase.ttfonts.makeToUnicodeCMap` writes code points above U+FFFF as
five hexadecimal digits where PDF 32000-1 (9.10.3) wants UTF-16BE: the page looks
right, but 𬭎 is found, copied and archived as another character. A test shows
that the uncured function is still wrong; once it fails, this module can go.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.pdfbase import ttfonts

_ENTRIES_A_BLOCK = 100  # limit of a beginbfchar block, Adobe Technical Note 5014

_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def
/CMapName /{name} def
/CMapType 2 def
1 begincodespacerange
<00> <{last:02X}>
endcodespacerange"""

_TAIL = """endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def cure() -> None:
    """Make reportlab write right ToUnicode tables from now on, in the whole process."""
    ttfonts.makeToUnicodeCMap = to_unicode_cmap


def to_unicode_cmap(name: str, subset: Sequence[int]) -> str:
    """The ToUnicode table of a font subset: subset[i] is the code point behind byte i."""
    entries = [f"<{byte:02X}> <{_utf16(code)}>" for byte, code in enumerate(subset)]
    blocks = [entries[i : i + _ENTRIES_A_BLOCK] for i in range(0, len(entries), _ENTRIES_A_BLOCK)]
    lines = [_HEAD.format(name=name, last=len(subset) - 1)]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*lines, _TAIL])


def _utf16(code: int) -> str:
    return chr(code).encode("utf-16-be").hex().upper()
