# Two commands carry the house: `make run` shows it, `make test` proves it.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
UV := UV_NO_CONFIG=1 PYTHONPATH=.run/uv .run/uv/bin/uv
COMPILE := pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q
export DJANGO_SETTINGS_MODULE ?= crowdfund.settings.dev

.PHONY: help run fresh setup test check quick lock messages format

help: ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

.run/uv/bin/uv: requirements/uv.txt
	@mkdir -p .run && $(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
		--upgrade --target .run/uv --require-hashes --only-binary :all: -r requirements/uv.txt && touch $@

$(PY): .run/uv/bin/uv
	@test -x $(PY) || $(UV) venv --quiet --python $(PYTHON) $(VENV)

.run/env-run: $(PY) requirements/run.txt
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/run.txt && touch $@

.run/env-dev: $(PY) requirements/dev.txt
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements/dev.txt && touch $@ .run/env-run

.run/apt: requirements/apt.txt
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		missing=$$(dpkg-query -W -f='$${Package} $${db:Status-Status}\n' $$(cat requirements/apt.txt) 2>/dev/null \
			| grep -c ' installed$$' || true); \
		if [ "$$missing" != "$$(wc -l < requirements/apt.txt)" ]; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				$$(cat requirements/apt.txt) >/dev/null; fi; fi; mkdir -p .run && touch $@

.run/messages: .run/env-run $(wildcard locale/*/*/LC_MESSAGES/*.po)
	@$(PY) manage.py messages --compile && touch $@

setup: .run/env-dev .run/messages ## the environment alone, in .venv

run: .run/env-run .run/messages ## everything on this machine, with the demonstration city
	@PORT=$(PORT) exec $(PY) manage.py demo

fresh: ## forget the demonstration's data
	@test ! -x $(PY) || $(PY) manage.py demo --forget

test: setup .run/apt ## the whole test-suite
	@DJANGO_SETTINGS_MODULE=crowdfund.settings.test $(PY) -m tests.suite

check: setup ## ruff, mypy, contracts, templates, migrations, deploy
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/djlint templates --check --lint --quiet
	@$(PY) -m mypy accounts campaigns payments crowdfund tests manage.py
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py messages --check
	@DJANGO_SETTINGS_MODULE=crowdfund.settings.base SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w0) \
		ALLOWED_HOSTS=example.org DATABASE_URL=postgres://nobody@127.0.0.1/none EMAIL_URL=consolemail:// \
		STRIPE_SECRET_KEY=sk_test_check STRIPE_WEBHOOK_SECRET=whsec_check \
		$(PY) manage.py check --deploy --fail-level WARNING

quick: setup ## under a minute: ruff, contracts, the changed rooms' tests without a browser
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(VENV)/bin/lint-imports
	@DJANGO_SETTINGS_MODULE=crowdfund.settings.test $(PY) -m tests.suite --changed

format: setup ## put everything in its place
	@$(PY) -m ruff check --fix . ; $(PY) -m ruff format . ; $(VENV)/bin/djlint templates --reformat --quiet || true

messages: setup ## collect the strings to translate into locale/
	@$(PY) manage.py messages

lock: .run/uv/bin/uv ## pin every version and hash
	@$(UV) $(COMPILE) pyproject.toml -o requirements/run.txt
	@$(UV) $(COMPILE) pyproject.toml --extra dev -c requirements/run.txt -o requirements/dev.txt
