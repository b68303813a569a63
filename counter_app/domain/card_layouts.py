"""Where each item stands in the 256 bytes of text on a card's chip (specs id-cards section 3).

UTF-16LE code units in fixed widths, padded on the right with spaces. Which of
the four layouts it is, the letter at byte 248 tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

BLOCK_BYTES = 256
LETTER_AT = 248
ADDRESS_BYTES = 70

_PADDING = " \0\u3000"


class CardType(StrEnum):
    """Whose card it is; the values are part of the command-line contract."""

    RESIDENT = "resident"
    HMT = "hmt"
    FOREIGNER = "foreigner"


def chip_text(units: bytes) -> str:
    """Text of the chip without its padding; lone surrogates become U+FFFD."""
    return units.decode("utf-16-le", errors="replace").rstrip(_PADDING)


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: item name -> its pieces as (offset, bytes), in reading order."""

    type: CardType
    items: Mapping[str, tuple[tuple[int, int], ...]]

    def text_of(self, block: bytes, item: str) -> str:
        """The item without its padding; empty where the layout has none."""
        pieces = [block[offset : offset + size] for offset, size in self.items.get(item, ())]
        return chip_text(b"".join(pieces))


_COMMON = {
    "name": ((0, 30),),
    "sex": ((30, 2),),
    "birth": ((36, 16),),
    "number": ((122, 36),),
    "valid_from": ((188, 16),),
    "valid_to": ((204, 16),),
}
_OF_CITIZENS = {"address": ((52, ADDRESS_BYTES),), "issuer": ((158, 30),)}

LAYOUTS: dict[str, Layout] = {
    " ": Layout(CardType.RESIDENT, {**_COMMON, **_OF_CITIZENS, "ethnicity": ((32, 4),)}),
    "J": Layout(CardType.HMT, {**_COMMON, **_OF_CITIZENS, "pass_number": ((220, 18),), "issue_count": ((238, 4),)}),
    "Y": Layout(
        CardType.FOREIGNER,
        {
            **_COMMON,
            "issue_count": ((32, 4),),
            "english_name": ((52, 70), (220, 22)),
            "nationality": ((242, 6),),
        },
    ),
    "I": Layout(
        CardType.FOREIGNER,
        {
            "english_name": ((0, 120),),
            "sex": ((120, 2),),
            "number": ((122, 30),),
            "nationality": ((152, 6),),
            "name": ((158, 30),),
            "valid_from": ((188, 16),),
            "valid_to": ((204, 16),),
            "birth": ((220, 16),),
            "issuer": ((240, 8),),  # a code of the accepting authority
        },
    ),
}


def letter_of(block: bytes) -> str:
    """The letter that chooses the layout."""
    return block[LETTER_AT : LETTER_AT + 2].decode("utf-16-le", errors="replace")


# GB/T 3304, names of the codes 01-56 in order.
_PEOPLES = """
汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇
柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京
塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺
"""

# Two more codes for people outside the 56. What cards carry for 穿青人 and 革家人 is disputed, so they have none here.
ETHNICITIES = {f"{n:02d}": name for n, name in enumerate(_PEOPLES.split(), start=1)}
ETHNICITIES |= {"97": "其他", "98": "外国血统中国籍人士"}
