"""After an edit of an item file: check all shipped items and write their compiled form.

python installer/compile_items.py
"""

from __future__ import annotations

from pathlib import Path

from forms.compiled_items import FILE_NAME, compiled
from forms.item_file import read_item

ITEMS = Path(__file__).parent.parent / "forms" / "items"


def main() -> None:
    """Raises CounterError `item_file_invalid` with file and line; nothing is written then."""
    files = [(file.name, file.read_bytes()) for file in sorted(ITEMS.glob("*.yaml"))]
    (ITEMS / FILE_NAME).write_bytes(compiled((name, content, read_item(content, name)) for name, content in files))


if __name__ == "__main__":
    main()
