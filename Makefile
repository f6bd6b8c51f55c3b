# Each target sets up what it needs: make and Python 3.11 or newer are enough.

.DEFAULT_GOAL := help
.PHONY: help serve book test bench bench-web lab notebooks lock clean environment \
	test-environment

# the newest Python here that can make an environment; PYTHON=... overrides
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	2> /dev/null && echo $$python && exit; done; echo python3)
RUN := .venv/bin/python
LOCK = .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --custom-compile-command 'make lock'

help:
	@echo "make serve      read the book: build it and serve it on this machine (PORT=...)"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make book       build the book into _build/html; warnings are errors"
	@echo "make test       run every test; installs a browser if there is none"
	@echo "make notebooks  run every chapter and store it with its outputs"
	@echo "make bench      measure nnlib's training speed"
	@echo "make bench-web  measure the live figures and the weight of the pages"
	@echo "make lock       renew the lock files from requirements.txt"
	@echo "make clean      remove everything that make made, .venv included"
	@echo
	@echo "PYTHON=python3.12 chooses the Python; else it is the newest from 3.11 on."

environment test-environment:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here. Install" \
	"Python 3.11 or newer: python.org/downloads, or your system's packages."; exit 1; }
	@$(PYTHON) book/environment.py $(if $(findstring test,$@),--test)

serve: environment
	@$(RUN) -m book.build --if-stale
	@$(RUN) -m book.serve

book: environment
	@$(RUN) -m book.build

test: test-environment
	@$(RUN) tests/run.py

bench: test-environment
	@$(RUN) benchmarks/bench_training.py

bench-web: test-environment
	@$(RUN) -m book.build --if-stale
	@$(RUN) -m benchmarks.bench_web

lab: environment
	@$(RUN) -m jupyterlab chapters

notebooks: environment
	@$(RUN) book/notebooks.py

lock: test-environment
	$(LOCK) requirements.txt -o requirements.lock
	$(LOCK) requirements-test.txt -c requirements.lock -o requirements-test.lock

clean:
	rm -rf .venv .cache _build build *.egg-info
	rm -rf .pytest_cache .hypothesis .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
