"""What Orca would read of the home page, over the real accessibility bus."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import at_spi


@pytest.mark.skipif(bool(at_spi.missing()), reason=f"not on this machine: {at_spi.missing()}")
def test_a_screen_reader_hears_the_duties_of_home_each_as_one_sentence(tmp_path: Path):
    with at_spi.reading_bus(tmp_path) as environment:
        secrets = {"COUNTER_PASSPHRASE": "x", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        command = [sys.executable, "-m", "tests.counter_app.ui.spoken_home", str(tmp_path / "home")]
        with subprocess.Popen(
            command, env={**environment, **secrets}, stdout=subprocess.PIPE, text=True
        ) as window:
            assert window.stdout is not None
            assert window.stdout.readline().strip() == "ready"
            heard = list(at_spi.walk(environment))
            window.terminate()
    cells = [node.name for node in heard if "cell" in node.role]
    [duty] = {name for name in cells if "答复" in name and "剩" in name}
    assert duty.startswith("剩")
    assert "受理审查" in duty
    assert "按回车" in duty
    buttons = {node.name for node in heard if "button" in node.role}
    assert {"新登记 Ctrl+N", "再连一次 F5"} <= buttons
    [group] = {name for name in cells if "必须答复" in name}
    assert "行政许可法第三十二条" in group  # the consequence is heard as well as seen
    assert "今日 1 件 Alt+1" in {node.name for node in heard}, sorted(n.name for n in heard if "今日" in n.name)
