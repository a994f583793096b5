# Two commands matter: `make nightly` and `make test`. Both make .venv from the lock first; see README.md.
PYTHON ?= python3
BIN := .venv/bin
LOCK := requirements.lock
READY := .venv/ready
export DO_NOT_TRACK := 1

.PHONY: nightly test lint quality speed compiled peers lock clean help golden test-nights test-modules test-faults test-lint test-floors fuzz faults soak audit unlocked

help:
	@grep -E '^[a-z]+:.*#' Makefile | sed -E 's/:.*#/\t/'

$(READY): $(LOCK) pyproject.toml
	@rm -f $@
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-uv.lock
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode $(LOCK)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

nightly: $(READY) # crawl the sample site and fill the knowledge table, as every night
	@$(BIN)/python corpora/serve.py --source sample -- $(BIN)/policymine nightly || [ $$? -eq 6 ]

test: $(READY) # every test, the floors of quality, the linters: two processes at a time
	@$(MAKE) --no-print-directory --keep-going --jobs 2 --output-sync test-nights test-modules test-faults test-lint test-floors

test-nights:
	$(BIN)/python -m pytest tests/flows tests/hostile tests/e2e

test-modules:
	$(BIN)/python -m pytest src $(wildcard tests/test_*.py)

test-faults:
	$(BIN)/python -m pytest tests/faults tests/fuzz tests/golden

test-lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy flows benchmarks/scoring.py corpora/serve.py docs/refresh.py
	$(BIN)/lint-imports

test-floors:
	$(BIN)/python benchmarks/quality.py --check

quality: $(READY) # figures on corpora/gold beside their baselines
	$(BIN)/python benchmarks/quality.py

speed: $(READY) # characters per second of each station beside bare jieba
	$(BIN)/python benchmarks/speed.py

compiled: $(READY) # a wheel with its inner rooms compiled (needs a C compiler, some minutes): what it finds, how fast
	rm -rf build dist .venv-compiled
	POLICYMINE_COMPILE=1 $(BIN)/uv build --quiet --wheel --offline --no-build-isolation --python $(BIN)/python --out-dir dist .
	$(BIN)/uv venv --quiet --offline --python $(BIN)/python .venv-compiled
	$(BIN)/uv pip install --quiet --offline --no-deps --python .venv-compiled/bin/python dist/*.whl
	$(BIN)/python tools/lend.py .venv-compiled
	.venv-compiled/bin/python tests/golden/record.py --check
	$(BIN)/python benchmarks/speed.py
	.venv-compiled/bin/python benchmarks/speed.py

peers: $(READY) # the readers of benchmarks/peers_time.py, in an environment of their own, and the comparison
	$(PYTHON) -m venv .venv-peers
	$(BIN)/uv pip sync --quiet --python .venv-peers/bin/python --require-hashes benchmarks/peers.lock
	$(BIN)/python benchmarks/peers_time.py

lock: # resolve anew and write the lock (names versions and hashes, no index)
	$(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	rm -f uv.lock && $(BIN)/uv lock --quiet
	$(BIN)/uv export --quiet --frozen --no-emit-project --all-extras --all-groups --no-group peers --no-header --no-annotate --output-file $(LOCK) >/dev/null
	$(BIN)/uv export --quiet --frozen --no-emit-project --only-group bootstrap --no-header --no-annotate --output-file requirements-uv.lock >/dev/null
	$(BIN)/uv export --quiet --frozen --no-emit-project --only-group peers --no-header --no-annotate --output-file benchmarks/peers.lock >/dev/null
	rm -f uv.lock

golden: $(READY) # record anew what pages of the sample site give, and show the difference to what was recorded
	$(BIN)/python tests/golden/record.py

fuzz: $(READY) # a million strings at every door, damaged pages, growth at 1, 10 and 100 times the length
	$(BIN)/python tools/fuzz_inputs.py --count 1000000 --seed 1
	$(BIN)/python tools/fuzz_cleaning.py --count 5000 --seed 1
	$(BIN)/python tests/fuzz/proportions.py --short 300

faults: $(READY) # kill the night two hundred times, fill the disk at many writes, and compare (31 minutes on a busy machine)
	$(BIN)/python -m tests.faults.soak --seed 1
	$(BIN)/python -m tests.faults.soak --seed 1 --database postgresql --kills 30 --whole 2

soak: $(READY) # what takes too long for every day: fuzz and faults side by side
	@$(MAKE) --no-print-directory --keep-going --jobs 2 fuzz faults

audit: $(READY) # hold the locks against the public list of known weaknesses; 3 when it cannot be asked; LIST=all.zip reads a copy of it
	@$(BIN)/python tools/audit.py $(LOCK) requirements-uv.lock benchmarks/peers.lock $(if $(LIST),--list $(LIST))

unlocked: # resolve without the lock, in an environment of its own, and run the tests: a broken upstream is seen here first
	$(PYTHON) -m venv .venv-unlocked
	.venv-unlocked/bin/python -m pip install --quiet --disable-pip-version-check --upgrade uv
	.venv-unlocked/bin/uv pip install --quiet --python .venv-unlocked/bin/python --upgrade --editable '.[flows,postgresql,research]' --group dev
	.venv-unlocked/bin/python -m pytest

clean: # forget the environment and the table
	rm -rf .venv .venv-compiled .venv-peers .venv-unlocked data
