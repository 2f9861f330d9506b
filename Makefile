# The doors of a checkout. Each makes what it needs; none needs anything but Python 3.11+, make and git.
PYTHON ?= $(shell command -v python3 || command -v python3.13 || command -v python3.12 || command -v python3.11)
BIN := .venv/bin
# A worker per core; ARGS="-n 0" runs all tests in one process.
WORKERS := -n logical --maxprocesses 4

.PHONY: help run test check browser bench simulate corpora format pins python dev

help:            ## what there is
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/  -/'

run: python      ## the whole desk at http://127.0.0.1:8000, until Ctrl-C
	@$(PYTHON) bootstrap.py
	@exec $(BIN)/python manage.py up

test: python     ## every test, with the browser stories
	@$(PYTHON) bootstrap.py --dev --browser --peers
	@exec $(BIN)/python -m pytest $(WORKERS) $(ARGS)

check: dev       ## every static check
	@exec $(BIN)/python -m tests.checks

browser: python  ## the browser stories only
	@$(PYTHON) bootstrap.py --dev --browser
	@exec $(BIN)/python -m pytest -m browser $(ARGS)

bench: python    ## the short set of benchmarks
	@$(PYTHON) bootstrap.py
	@exec $(BIN)/python manage.py bench --short

simulate: dev    ## lives a day of a large desk under a virtual clock (ARGS="--seed 7" is another day)
	@$(BIN)/python -m tests.simulation $(ARGS)

corpora: dev     ## reads public collections of mails and prints how many expectations hold
	@$(PYTHON) bootstrap.py --dev
	@exec $(BIN)/python -m tests.corpora $(ARGS)

format: dev      ## formats the code
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

pins: dev        ## writes requirements*.txt from requirements*.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements-dev.in -c requirements.txt -o requirements-dev.txt

dev: python
	@$(PYTHON) bootstrap.py --dev

python:
	@test -n "$(PYTHON)" || { echo "Helpdesk needs Python 3.11, 3.12 or 3.13: install it (Debian: apt install python3 python3-venv)."; exit 1; }
