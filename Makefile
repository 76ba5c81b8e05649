# Two commands carry the house: `make run` shows it, `make test` proves it.
PYTHON ?= python3
PORT ?=
VENV := .venv
PY := $(VENV)/bin/python
UV := UV_NO_CONFIG=1 .run/uv/bin/uv
COMPILE := pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q
# uv is quick; where only pip knows the way to the packages (a mirror in its settings), pip fetches the same files
install = $(UV) pip install --quiet --python $(PY) --require-hashes -r $(1) \
	|| $(PYTHON) -m pip --python $(PY) install --quiet --disable-pip-version-check --require-hashes -r $(1)
export DJANGO_SETTINGS_MODULE ?= crowdfund.settings.dev
# Python compiles once, into a folder of ours: every process that is started then starts in half the time
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.run/pycache

.PHONY: help run fresh setup test deep stripe-contract check quick lock messages format

help: ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 17

.run/uv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; say which: PYTHON=python3.12 make ..." >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null || { echo "pip is needed: install python3-pip." >&2; exit 1; }
	@mkdir -p .run && $(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
		--upgrade --target .run/uv --require-hashes --only-binary :all: -r requirements/uv.txt && touch $@

# what is installed is noted inside the environment: who deletes it deletes the notes
$(PY): | .run/uv/bin/uv
	@$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)

$(VENV)/with-run: requirements/run.txt | $(PY)
	@{ $(call install,requirements/run.txt); } && touch $@

$(VENV)/with-dev: requirements/dev.txt | $(PY)
	@{ $(call install,requirements/dev.txt); } && touch $@ $(VENV)/with-run

.run/apt: requirements/apt.txt
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		missing=$$(dpkg-query -W -f='$${Package} $${db:Status-Status}\n' $$(cat requirements/apt.txt) 2>/dev/null \
			| grep -c ' installed$$' || true); \
		if [ "$$missing" != "$$(wc -l < requirements/apt.txt)" ]; then \
			{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				$$(cat requirements/apt.txt) >/dev/null; } \
			|| { echo "Could not install $$(xargs < requirements/apt.txt): the tests that need them fail." >&2; \
				exit 0; }; fi; fi; mkdir -p .run && touch $@

.run/messages: $(VENV)/with-run $(wildcard locale/*/*/LC_MESSAGES/*.po)
	@$(PY) manage.py messages --compile && touch $@

setup: $(VENV)/with-dev .run/messages ## the environment alone, in .venv

run: $(VENV)/with-run .run/messages ## everything on this machine, with the demonstration city
	@PORT=$(PORT) exec $(PY) manage.py demo --with-parent

fresh: ## forget the demonstration's data
	@test ! -x $(PY) || $(PY) manage.py demo --forget

test: setup .run/apt ## the whole test-suite
	@DJANGO_SETTINGS_MODULE=crowdfund.settings.test $(PY) -m tests.suite

deep: setup ## a thousand random journeys of money against books kept by hand (HYPOTHESIS_SEED=n: the same again)
	@DJANGO_SETTINGS_MODULE=crowdfund.settings.test HYPOTHESIS_PROFILE=deep \
		$(PY) -m pytest tests/payments/test_money_machine.py -s

stripe-contract: ## the stand-in's contract, held against Stripe's test mode (STRIPE_SECRET_KEY=sk_test_...)
	@case "$$STRIPE_SECRET_KEY" in sk_test_*|rk_test_*) ;; \
		*) echo "Stripe's test mode needs its secret key: set STRIPE_SECRET_KEY to one of sk_test_ or rk_test_." >&2; \
			exit 1;; esac
	@$(MAKE) --no-print-directory setup
	@$(PY) -m pytest -c /dev/null --rootdir . --confcutdir tests/payments/standin -p no:django -p no:cacheprovider \
		-q --stripe-target test-mode tests/payments/standin/contract

check: setup ## ruff, mypy, contracts, templates, migrations, deploy
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/djlint templates --check --lint --quiet || { $(VENV)/bin/djlint templates --check --lint; exit 1; }
	@$(PY) -m mypy accounts campaigns payments crowdfund tests manage.py
	@$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run  # no database here, and none needed
	@$(PY) manage.py messages --check
	@DJANGO_SETTINGS_MODULE=crowdfund.settings.base SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
		ALLOWED_HOSTS=example.org DATABASE_URL=postgres://nobody@127.0.0.1/none EMAIL_URL=consolemail:// \
		TAX_CODE_KEY=for-this-check STRIPE_SECRET_KEY=sk_test_check STRIPE_WEBHOOK_SECRET=whsec_check \
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
