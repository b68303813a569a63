"""The papers that a case can produce: their kinds, whose they are, and how they are numbered.

Kinds and titles: domain reference 7.3. Numbers: 8.1; they follow GB/T 9704-2012
or the form style of live counters; which of the two, stands in the agency's record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from counter_app.domain.errors import InvalidInput


class NoticeKind(StrEnum):
    """A kind of paper, by its code in domain reference 7.3."""

    RECEIPT = "N01"
    RECEIPT_SUPPLEMENT = "N01-S"
    ACCEPTANCE = "N02"
    NOT_REQUIRED = "N03-A"
    REFUSAL = "N03-B"
    CORRECTION = "N04"
    CORRECTION_AGAIN = "N04-2"
    TOLERANT_ACCEPTANCE = "N05"
    SPECIAL_PROCEDURE = "N06"
    EXTENSION = "N07"
    JOINT = "N08"
    RETURN = "N09"
    GRANT = "N10"
    DENIAL = "N11"
    SERVICE_RECEIPT = "N12"
    FEE_LIST = "N13"
    ENTRUSTMENT = "N14"
    HANDOVER_LIST = "N15"
    PICK_UP = "N16"
    WITHDRAWAL = "N17"
    HEARING_RIGHTS = "N18"
    FLOW = "FLOW"
    MINUTES = "MINUTES"
    PACKAGE = "PACKAGE"
    FOLDER = "FOLDER"
    ADDRESS_SHEET = "POST"

    @property
    def facts(self) -> NoticeFacts:
        """Its row of the table."""
        return NOTICES[self]


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What holds for every notice of a kind.

    title stands on papers of items that are no licences, licence_title on those
    of licences (行政许可). kind_word and licence_word are the words in the number
    ("" where the paper carries the case's own number). series is the kind whose
    number block it draws from, None where no leased number is needed. copies
    counts sheets for everybody together (一式几份).
    """

    title: str
    licence_title: str
    kind_word: str
    licence_word: str
    copies: int
    series: NoticeKind | None

    def title_for(self, is_licence: bool) -> str:
        """The printed title."""
        return self.licence_title if is_licence else self.title

    @property
    def needs_number(self) -> bool:
        """Whether issuing it uses up a number of a leased block."""
        return self.series is not None


K = NoticeKind
NOTICES: dict[NoticeKind, NoticeFacts] = {
    K.RECEIPT: NoticeFacts("收件凭证", "行政许可申请材料接收凭证", "收", "收", 2, None),
    K.RECEIPT_SUPPLEMENT: NoticeFacts("补正材料收件凭证", "行政许可补正材料接收凭证", "收", "收", 2, None),
    K.ACCEPTANCE: NoticeFacts("受理通知书", "行政许可申请受理通知书", "受", "许受", 2, K.ACCEPTANCE),
    K.NOT_REQUIRED: NoticeFacts("不受理告知书", "行政许可申请不受理告知书", "不受", "许不受", 2, K.NOT_REQUIRED),
    K.REFUSAL: NoticeFacts("不予受理决定书", "行政许可申请不予受理决定书", "不受", "许不受", 2, K.NOT_REQUIRED),
    K.CORRECTION: NoticeFacts("一次性告知书", "行政许可申请材料补正告知书", "补", "许补", 2, K.CORRECTION),
    K.CORRECTION_AGAIN: NoticeFacts("再次补正告知书", "行政许可申请材料再次补正告知书", "补", "许补", 2, K.CORRECTION),
    K.TOLERANT_ACCEPTANCE: NoticeFacts(
        "容缺受理通知书", "行政许可申请容缺受理通知书", "容", "许容", 2, K.TOLERANT_ACCEPTANCE
    ),
    K.SPECIAL_PROCEDURE: NoticeFacts("特别程序告知书", "行政许可特别程序告知书", "特", "许特", 2, K.SPECIAL_PROCEDURE),
    K.EXTENSION: NoticeFacts("延期办理通知书", "行政许可延期决定通知书", "延", "许延", 2, K.EXTENSION),
    K.JOINT: NoticeFacts("联办件通知书", "联办件通知书", "联", "联", 3, K.JOINT),
    K.RETURN: NoticeFacts("退办件通知书", "退办件通知书", "退", "退", 2, K.RETURN),
    K.GRANT: NoticeFacts("准予决定书", "准予行政许可决定书", "准", "许准", 2, K.GRANT),
    K.DENIAL: NoticeFacts("不予办理决定书", "不予行政许可决定书", "不", "许不", 2, K.DENIAL),
    K.SERVICE_RECEIPT: NoticeFacts("送达回证", "送达回证", "送", "送", 1, K.SERVICE_RECEIPT),
    K.FEE_LIST: NoticeFacts("缴费清单", "缴费清单", "缴", "缴", 2, K.FEE_LIST),
    K.ENTRUSTMENT: NoticeFacts("委托代办书", "委托代办书", "", "", 3, None),
    K.HANDOVER_LIST: NoticeFacts("材料移交清单", "材料移交清单", "", "", 2, None),
    K.PICK_UP: NoticeFacts("证照领取凭证", "证照领取凭证", "", "", 2, None),
    K.WITHDRAWAL: NoticeFacts("撤回申请确认书", "撤回申请确认书", "", "", 2, None),
    K.HEARING_RIGHTS: NoticeFacts("听证权利告知书", "听证权利告知书", "听", "许听", 2, K.HEARING_RIGHTS),
    K.FLOW: NoticeFacts("办件流转单", "办件流转单", "", "", 1, None),
    K.MINUTES: NoticeFacts("会审纪要", "会审纪要", "", "", 1, None),
    K.PACKAGE: NoticeFacts("报送单", "报送单", "", "", 2, None),
    K.FOLDER: NoticeFacts("卷内目录", "卷内目录", "", "", 1, None),
    K.ADDRESS_SHEET: NoticeFacts("邮寄地址单", "邮寄地址单", "", "", 1, None),
}
del K

# What a station without a line may have to issue: of the series of these it always holds leased numbers.
# The others are the hall's papers as a rule; a station that issues one gives it a temporary number.
ISSUED_AT_STATIONS = (
    NoticeKind.ACCEPTANCE,
    NoticeKind.NOT_REQUIRED,
    NoticeKind.REFUSAL,
    NoticeKind.CORRECTION,
    NoticeKind.CORRECTION_AGAIN,
    NoticeKind.TOLERANT_ACCEPTANCE,
    NoticeKind.RETURN,
    NoticeKind.GRANT,
    NoticeKind.SERVICE_RECEIPT,
    NoticeKind.FEE_LIST,
)


class Seal(StrEnum):
    """Which seal a paper needs before it is good (domain reference 7.3)."""

    SPECIAL = "special"  # 收件专用章, 受理专用章, 行政许可专用章: the agency's for such papers
    AGENCY = "agency"  # 机关印章
    WINDOW = "window"  # 窗口专用章


_SEALS = {
    NoticeKind.RECEIPT: Seal.SPECIAL,
    NoticeKind.RECEIPT_SUPPLEMENT: Seal.SPECIAL,
    NoticeKind.ACCEPTANCE: Seal.SPECIAL,
    NoticeKind.NOT_REQUIRED: Seal.SPECIAL,
    NoticeKind.REFUSAL: Seal.SPECIAL,
    NoticeKind.CORRECTION: Seal.SPECIAL,
    NoticeKind.CORRECTION_AGAIN: Seal.SPECIAL,
    NoticeKind.TOLERANT_ACCEPTANCE: Seal.SPECIAL,
    NoticeKind.SPECIAL_PROCEDURE: Seal.SPECIAL,
    NoticeKind.EXTENSION: Seal.SPECIAL,
    NoticeKind.JOINT: Seal.SPECIAL,
    NoticeKind.RETURN: Seal.SPECIAL,
    NoticeKind.GRANT: Seal.AGENCY,
    NoticeKind.DENIAL: Seal.AGENCY,
    NoticeKind.SERVICE_RECEIPT: Seal.SPECIAL,
    NoticeKind.FEE_LIST: Seal.WINDOW,
    NoticeKind.WITHDRAWAL: Seal.WINDOW,
    NoticeKind.HEARING_RIGHTS: Seal.SPECIAL,
    NoticeKind.PACKAGE: Seal.AGENCY,
}


def seal_of(kind: str) -> Seal | None:
    """The seal of a paper of this kind, None where it needs none."""
    return _SEALS.get(NoticeKind(kind))


# Papers that go along with a case inside the administration; nobody is served with them.
_INNER = frozenset({NoticeKind.FLOW, NoticeKind.MINUTES, NoticeKind.PACKAGE, NoticeKind.FOLDER})

# Papers that only prove something was handed over; every other one says what the agency does about the application.
_PROOFS = frozenset(
    {
        NoticeKind.RECEIPT,
        NoticeKind.RECEIPT_SUPPLEMENT,
        NoticeKind.SERVICE_RECEIPT,
        NoticeKind.FEE_LIST,
        NoticeKind.ENTRUSTMENT,
        NoticeKind.HANDOVER_LIST,
        NoticeKind.PICK_UP,
        NoticeKind.ADDRESS_SHEET,
    }
    | _INNER
)


def binds(kind: str) -> bool:
    """Whether a paper of this kind has legal effect, so that two of them can contradict each other."""
    return kind not in _PROOFS


def is_inner(kind: str) -> bool:
    """Whether a paper of this kind is for the administration's own files."""
    return kind in _INNER


def series_of(kinds: Iterable[NoticeKind]) -> tuple[str, ...]:
    """The codes of the series that papers of these kinds draw numbers from, each once, in order."""
    return tuple(sorted({kind.facts.series.value for kind in kinds if kind.facts.series is not None}))


class NumberStyle(StrEnum):
    """How an agency writes the numbers of its notices."""

    OFFICIAL = "official"  # 富政许受〔2026〕12号: GB/T 9704-2012, no leading zeros, no 第
    FORM = "form"  # 富政许受字〔2026〕第0012号: as on printed forms


@dataclass(frozen=True, slots=True)
class Agency:
    """The body whose power and seal a notice uses (实施主体), with what its papers must say about it.

    code is the role by which items name it; org_word its word in document
    numbers (机关代字), number_style how they are written; court is the full name of the court. Phones and the two
    bodies of the rights line may be "" until the hall has entered them: a notice
    that needs one of them is refused, not printed with a gap.
    """

    code: str
    name: str
    org_word: str
    credit_code: str = ""
    phone: str = ""
    supervision_phone: str = ""
    review_body: str = ""
    court: str = ""
    address: str = ""
    window: str = ""
    number_style: NumberStyle = NumberStyle.OFFICIAL


_PATTERNS = {
    NumberStyle.OFFICIAL: "{org_word}{kind_word}〔{year}〕{n}号",
    NumberStyle.FORM: "{org_word}{kind_word}字〔{year}〕第{n:04d}号",
}


def format_number(agency: Agency, kind: NoticeKind, year: int, n: int, *, is_licence: bool) -> str:
    """The number as printed in the agency's style, with hexagonal brackets U+3014 and U+3015.

    InvalidInput if the kind has no number of its own, or n or the year is out of range.
    """
    facts = kind.facts
    word = facts.licence_word if is_licence else facts.kind_word
    if not word:
        raise InvalidInput("notice_has_no_number", kind=kind.value)
    _check_range(year, n)
    return _PATTERNS[agency.number_style].format(org_word=agency.org_word, kind_word=word, year=year, n=n)


TEMPORARY_SIGN = "临〔"


def temporary_number(year: int, device: str, n: int) -> str:
    """The number of a notice issued when no leased one was left; n counts per device and year.

    The final number is given later by an entry in the register, not by a new paper.
    """
    _check_range(year, n)
    return f"{TEMPORARY_SIGN}{year}〕{device}-{n}"


def _check_range(year: int, n: int) -> None:
    if not 2000 <= year <= 9999 or n < 1:
        raise InvalidInput("notice_number_range", year=year, n=n)
