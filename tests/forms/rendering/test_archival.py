"""Every paper is PDF/A-1b, says the Preflight of PDFBox (specs components 7): an archive can take it as it is."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ImageCms

from forms.rendering.archival import srgb_profile
from forms.rendering.render import preview_sample, reprint_mark
from forms.rendering.slips import SlipForm, render_slips
from tests.forms.rendering.conftest import KINDS

JARS = (
    "preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-io", "commons-logging", "bcprov", "bcpkix", "bcmail",
    "jaxb-api",
)
CLASS_PATH = [Path(f"/usr/share/java/{name}.jar") for name in JARS]
WHY_NOT = "no Java or no PDFBox Preflight here: `make check-archival` installs and runs them"
needs_preflight = pytest.mark.skipif(
    shutil.which("java") is None or not all(jar.exists() for jar in CLASS_PATH), reason=WHY_NOT
)


def verdicts(folder: Path) -> dict[str, bool]:
    """Of every file in the folder, whether it is a valid PDF/A-1b file."""
    path = ":".join(map(str, CLASS_PATH))
    command = ["java", "-cp", path, "org.apache.pdfbox.preflight.Validator_A1b", "group", str(folder)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).stdout
    found = {}
    for file in folder.iterdir():
        assert f"The file {file.name} is " in out, file.name
        found[file.name] = f"The file {file.name} is a valid PDF/A-1b file" in out
    return found


@needs_preflight
def test_every_paper_is_valid_at_ordinary_and_at_limit_values_and_as_a_reprint(tmp_path):
    for kind in KINDS:
        (tmp_path / f"{kind.value}.pdf").write_bytes(preview_sample(kind))
        (tmp_path / f"{kind.value}-limits.pdf").write_bytes(preview_sample(kind, licence=True, limits=True))
    marked = reprint_mark(preview_sample(KINDS[0]), datetime(2026, 11, 24, 9, 0, tzinfo=UTC), 1)
    (tmp_path / "reprint.pdf").write_bytes(marked)
    (tmp_path / "slips.pdf").write_bytes(render_slips(SlipForm("石桥村便民服务站"), ["QX03-01-0001"]))
    assert [name for name, valid in verdicts(tmp_path).items() if not valid] == []


@needs_preflight
def test_the_validator_tells_a_paper_without_its_metadata(tmp_path):
    pdf = preview_sample(KINDS[0])
    (tmp_path / "broken.pdf").write_bytes(pdf.replace(b"pdfaid:part", b"pdfbad:part"))
    assert verdicts(tmp_path) == {"broken.pdf": False}


def test_the_colour_profile_is_srgb_by_a_reader_of_profiles(tmp_path):
    path = tmp_path / "srgb.icc"
    path.write_bytes(srgb_profile())
    ours, theirs = ImageCms.getOpenProfile(str(path)), ImageCms.createProfile("sRGB")
    assert ours.profile.xcolor_space == "RGB "
    assert ours.profile.version == pytest.approx(2.1)
    for name in ("red_colorant", "green_colorant", "blue_colorant"):
        assert getattr(ours.profile, name)[0] == pytest.approx(getattr(theirs, name)[0], abs=1e-3), name
