"""What papers say of who was served and how: decisions handed over, licences picked up, parcels, the folder."""

from __future__ import annotations

from datetime import date
from typing import Any

from counter_app.domain.case import IssuedNotice
from counter_app.domain.moments import local_date
from counter_app.domain.notice import NoticeKind, binds
from counter_app.domain.serving import IN_PERSON
from counter_app.domain.wire_values import Plain, list_of, map_of, text_of
from counter_app.services.issue import Issue, material_row
from forms.rendering.notice_data import FolderRow
from resources.texts import paper_text

_DECISIONS = (NoticeKind.GRANT, NoticeKind.DENIAL)  # served by a receipt whose event issues nothing else


def service_receipt(issue: Issue) -> dict[str, Any]:
    """N12: which paper goes to whom and how; what is not known yet is left to be filled in by hand."""
    data, private = issue.event.data, issue.private
    receiver = text_of(private, "receiver")
    by_hand = receiver in ("", issue.case.applicant.name, IN_PERSON)
    entrusted_to = text_of(private, "entrusted_to")
    published, signed = text_of(data, "announced_on"), text_of(data, "signed_on")
    return {
        "served": _served(issue),
        "receiver": receiver,
        "stand_in": "" if by_hand else _stand_in(issue, receiver),
        "service_way": _service_way(data),
        "waybill": text_of(data, "waybill"),
        "place": text_of(private, "place"),
        "refusal": text_of(private, "refusal"),
        "servers": paper_text("paper.separator").join(str(name) for name in list_of(private, "servers")),
        "witness": text_of(private, "witness"),
        "signed_on": date.fromisoformat(signed) if signed else None,
        "remark": _remarks(
            text_of(private, "note"),
            paper_text("paper.remark.identity") if data.get("identity_checked") else "",
            paper_text("paper.remark.entrustment") if data.get("entrustment") else "",
            paper_text("paper.remark.consent") if data.get("consent") else "",
            paper_text("paper.remark.entrusted_to", name=entrusted_to) if entrusted_to else "",
            paper_text("paper.remark.announced", day=published) if published else "",
        ),
    }


def _service_way(data: Plain) -> str:
    """Older events say only how the result went out."""
    service, way = text_of(data, "service"), text_of(data, "way")
    if service == "direct" or not service:
        return paper_text(f"paper.ways.{way}") if way else paper_text("paper.services.direct") if service else ""
    return paper_text(f"paper.services.{service}")


def _remarks(*each: str) -> str:
    return paper_text("paper.remark.separator").join(filter(None, each))


def pick_up(issue: Issue) -> dict[str, Any]:
    """N16: which licence, who took it, whether the identity was checked."""
    decision = issue.case.decision_no or NoticeKind.GRANT.facts.title_for(issue.item.is_licence)
    return {
        **service_receipt(issue),
        "served": paper_text("paper.served.result", item=issue.item.name, decision_no=decision).strip(),
        "licence_no": issue.case.licence_no,
        "licence_name": issue.case.licence_name,
        "sheets_out": _sheets_out(issue.event.data),
    }


def _sheets_out(data: Plain) -> str:
    """How many originals and duplicates were handed out, "" where nobody said."""
    counts = [paper_text(f"paper.sheets_out.{key}", n=data[key]) for key in ("originals", "duplicates") if key in data]
    return paper_text("paper.remark.separator").join(counts)


def parcel(issue: Issue) -> dict[str, Any]:
    """POST: where the parcel goes, whole: it is the address on it."""
    return {
        "mail_address": text_of(issue.private, "address"),
        "mail_phone": issue.case.applicant.phone,
        "waybill": text_of(issue.event.data, "waybill"),
    }


def folder(issue: Issue) -> dict[str, Any]:
    """FOLDER: every paper of the case but this one, then every material, then the voucher of a payment."""
    papers = [paper for paper in issue.case.notices if paper.event != issue.event.id]
    materials = [material_row(issue.item, material) for material in issue.case.materials]
    paid = issue.case.payment
    voucher = (
        FolderRow(title=paper_text("paper.folder.voucher"), number=paid.voucher, day=paid.paid_on.isoformat()),
    ) if paid else ()
    offer = text_of(issue.event.data, "rating")
    return {
        "folder": (
            *(_folder_paper(issue, paper) for paper in papers),
            *(
                FolderRow(
                    title=row.name,
                    sheets=paper_text("paper.folder.sheets_and_pages", copies=row.copies, pages=row.pages),
                    note=row.form,
                )
                for row in materials
            ),
            *voucher,
        ),
        "remark": paper_text(f"paper.rating.{offer or 'not_offered'}"),
    }


def _folder_paper(issue: Issue, paper: IssuedNotice) -> FolderRow:
    facts = NoticeKind(paper.kind).facts
    state = "spoiled" if paper.spoiled else "late" if paper.late else "" if paper.prints else "unprinted"
    return FolderRow(
        title=facts.title_for(issue.item.is_licence),
        number=paper.shown_number,
        sheets=paper_text("paper.folder.sheets", copies=facts.copies),
        day=local_date(paper.at_ms).isoformat(),
        note=paper_text(f"paper.folder.{state}") if state else "",
    )


def _served(issue: Issue) -> str:
    case, own = issue.case, issue.notice.kind
    valid = [each for each in case.notices if not each.spoiled]
    with_it = [each for each in valid if each.words == issue.event.id and each.kind != own and binds(each.kind)]
    decided = [each for each in valid if each.kind in _DECISIONS]
    found = with_it or decided
    if not found:
        return paper_text("paper.served.result", item=issue.item.name, decision_no=case.decision_no).strip()
    title = NoticeKind(found[-1].kind).facts.title_for(issue.item.is_licence)
    return paper_text("paper.served.paper", title=title, number=found[-1].number)


def _stand_in(issue: Issue, receiver: str) -> str:
    role = text_of(issue.event.data, "receiver_as")
    relation = text_of(map_of(issue.private, "proxy"), "relation")
    relation = relation or (paper_text(f"paper.receivers.{role}") if role else "")
    key = "related" if relation else "open"
    return paper_text(f"paper.stand_in.{key}", name=receiver, relation=relation)
