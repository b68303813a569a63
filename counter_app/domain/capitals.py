"""Money in capital figures (大写), as it stands on papers about payments (specs domain 15).

The rule is that of the annex of 支付结算办法: one 零 for any run of zeros between figures, none at the
end, 整 where the amount ends with 元, no 整 after 角 or 分.
"""

from __future__ import annotations

from counter_app.domain.errors import InvalidInput

MOST_FEN = 10**14 - 1  # one fen below 一万亿元: three sections of four figures, and two decimals

_FIGURES = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_SECTIONS = ("亿", "万", "")


def in_capitals(fen: int) -> str:
    """The amount of so many fen, such as 10005 -> 壹佰元零伍分. InvalidInput `amount_range` outside 0..MOST_FEN."""
    if not 0 <= fen <= MOST_FEN:
        raise InvalidInput("amount_range", most=MOST_FEN)
    yuan, cents = divmod(fen, 100)
    if not fen:
        return "零元整"
    whole = f"{_yuan(yuan)}元" if yuan else ""
    return whole + (_cents(*divmod(cents, 10), after_yuan=bool(yuan)) if cents else "整")


def _yuan(yuan: int) -> str:
    words, gap = "", False
    for section, unit in zip((yuan // 10**8, yuan // 10**4 % 10**4, yuan % 10**4), _SECTIONS, strict=True):
        if not section:
            gap = bool(words)
            continue
        zero = "零" if words and (gap or section < 1000) else ""
        words, gap = f"{words}{zero}{_section(section)}{unit}", False
    return words


def _section(value: int) -> str:
    """Four figures with their places; zeros in front and at the end are not written."""
    words, gap = "", False
    for figure, place in zip(f"{value:04d}", _PLACES, strict=True):
        if figure == "0":
            gap = bool(words)
            continue
        words, gap = f"{words}{'零' if gap else ''}{_FIGURES[int(figure)]}{place}", False
    return words


def _cents(jiao: int, fen: int, *, after_yuan: bool) -> str:
    tens = f"{_FIGURES[jiao]}角" if jiao else "零" * after_yuan
    return tens + (f"{_FIGURES[fen]}分" if fen else "")
