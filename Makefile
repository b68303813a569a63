# The commands: `make run`, `make test` and `make simulate`. Each installs what it needs first.

SHELL := /bin/bash
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
unexport PYTHONDONTWRITEBYTECODE  # the tests start some thousand commands: each would compile all anew
STAMP := $(VENV)/.installed

.PHONY: run test checked collected test-databases simulate bench-sync bench-desktop notices check-archival install screenshots guide clean

run: install
	$(BIN)/python installer/village_day.py

test: install
	$(BIN)/ruff check .
	$(MAKE) --no-print-directory -j 2 checked collected
	$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder $(PYTEST_OPTIONS)

checked:
	$(BIN)/mypy
	$(BIN)/lint-imports

collected:  # beside the checks: what is compiled here need not be compiled by each worker
	$(BIN)/python -m compileall -q counter_app sync forms resources
	$(BIN)/python -m pytest --collect-only > $(VENV)/collected.txt || (cat $(VENV)/collected.txt; false)

test-databases: install  # all tests of the hall on SQLite and on PostgreSQL
	COUNTER_HALL_DATABASES=both $(BIN)/python -m pytest -n 2 tests/sync/hall

SEEDS ?= 500
FIRST ?= 0
STORE ?= dict
simulate: install
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST) --store $(STORE) $(if $(PLANT),--plant $(PLANT))

LINKS ?= loopback
ROWS ?= cases
bench-sync: install  # LINKS=loopback,slow,lossy: the shaped ones need root, iproute2 and tcpdump; ROWS=cases,scans,ways,memory
	$(BIN)/python -m tests.benchmarks.bench_sync --links $(LINKS) --rows $(ROWS)

FOLDER ?= /var/tmp/counter-bench
CASES ?= 500000
bench-desktop: install  # the store is made in FOLDER once and kept; ROWS=start,window,exchange
	$(BIN)/python -m tests.benchmarks.bench_desktop --folder $(FOLDER) --cases $(CASES) $(if $(filter command line,$(origin ROWS)),--rows $(ROWS))

notices: install  # every notice of nobody into docs/notices, and at its limits into docs/notices/limits
	$(BIN)/python installer/notices.py

check-archival: install  # PDF/A-1b of every paper, by PDFBox Preflight: needs a Java, which nothing else here does
	installer/system-packages.sh installer/archival-packages.txt
	$(BIN)/python -m pytest tests/forms/rendering/test_archival.py

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt installer/system-packages.txt
	installer/system-packages.sh
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[desktop,test]'
	$(BIN)/python -m compileall -q counter_app sync forms resources  # each command is a start of its own
	touch $@

screenshots: install  # every page and state at the six sizes; what to photograph: installer/scenes.py
	QT_QPA_PLATFORM=offscreen $(BIN)/python installer/screenshots.py docs/screens --all

guide: install  # the user guide as HTML and PDF into build/guide, with pictures of the present program
	QT_QPA_PLATFORM=offscreen $(BIN)/python installer/guide.py

clean:
	rm -rf $(VENV) build dist demo
