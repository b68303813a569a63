"""Putting a seal on a PDF: an embedded signature (PAdES B-B, ETSI EN 319 142-1) with the round seal in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import PdfContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import StaticStampStyle

from counter_app.domain.errors import CounterError
from counter_app.services.seal_ports import SealCertificate
from forms.rendering.seal_face import SealFace, SealMask, seal_mask
from forms.rendering.seal_place import SealPlace

if TYPE_CHECKING:
    from pyhanko.sign import Signer
    from pyhanko.sign.timestamps import TimeStamper

_FIELD = "Seal"
_MIDDLE = AxisAlignment.ALIGN_MID
_RED = b"0.82 0.06 0.08 rg"


@dataclass(frozen=True, slots=True)
class PadesSeal:
    """A seal over a signer of pyHanko; stamper is the time-stamp service, None without one."""

    certificate: SealCertificate
    signer: Signer
    stamper: TimeStamper | None
    close: Callable[[], None]

    def put_on(self, pdf: bytes, place: SealPlace, face: SealFace, at_ms: int) -> bytes:
        """See `services.seal_ports.Seal`. The moment is what the signer says; only a time stamp proves it."""
        left, bottom, right, top = place.box
        field = SigFieldSpec(_FIELD, on_page=place.page, box=place.box)
        wanted = PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            name=self.certificate.holder,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            signer_key_usage=set(),  # checked when it was opened: either of two usages will do
        )
        look = StaticStampStyle(
            border_width=0,
            background=_Ink(seal_mask(face), right - left, top - bottom),
            background_layout=SimpleBoxLayoutRule(_MIDDLE, _MIDDLE, margins=Margins.uniform(0)),
        )
        signer = _SignerByOurClock(
            wanted, self.signer, timestamper=self.stamper, stamp_style=look, new_field_spec=field
        )
        signer.at = datetime.fromtimestamp(at_ms / 1000, UTC)
        target = BytesIO()
        try:
            signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=target)
        except TimestampRequestError as fault:
            raise CounterError("seal_time_stamp_failed") from fault
        return target.getvalue()


class _SignerByOurClock(PdfSigner):
    """pyHanko signs by the machine's clock; ours may be set right by the hall."""

    at: datetime

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        """As the library's, with our moment."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


class _Ink(PdfContent):
    """The mask of the seal, painted in red."""

    def __init__(self, mask: SealMask, width: float, height: float) -> None:
        super().__init__(box=BoxConstraints(width, height))
        self._mask = mask

    def render(self) -> bytes:
        """The drawing; the mask becomes an object of the writer."""
        entries = {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/ImageMask"): generic.BooleanObject(True),
            pdf_name("/Width"): generic.NumberObject(self._mask.side),
            pdf_name("/Height"): generic.NumberObject(self._mask.side),
            pdf_name("/BitsPerComponent"): generic.NumberObject(1),
            pdf_name("/Decode"): generic.ArrayObject([generic.NumberObject(1), generic.NumberObject(0)]),
        }
        picture = generic.StreamObject(entries, stream_data=self._mask.bits)
        picture.compress()
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Ink"), self._ensure_writer.add_object(picture))
        return b"q %s %d 0 0 %d 0 0 cm /Ink Do Q" % (_RED, self.box.width, self.box.height)
