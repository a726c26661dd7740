# Each target first makes sure of its environment (bin/bootstrap); `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run code reset test covered check messages audit bench screens lighthouse

# Arguments for pytest: make test ARGS="-k invoices -x"
ARGS ?=
# What tests reach whole: services, selectors, rules and the kernel. Of races each run may leave a branch or two out.
WHOLE = */services.py,*/services/*,*/selectors.py,*/selectors/*,*/rules.py,portal/*
SERVERS = python -m portal.embedded with-test-servers --

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## start the portal with its demo; Ctrl-C stops it, the data stays
	@bin/bootstrap run python -m portal.supervisor

# USER is always set by the shell; only one given to make counts.
code: ## give a demo person's second factor: make code USER=alice@example.com
ifeq ($(origin USER)$(if $(USER),,empty),command line)
	@bin/bootstrap run python -m portal.supervisor manage code "$(USER)"
else
	@echo "Say whose: make code USER=name@company.example" >&2; exit 2
endif

reset: ## delete the demo's data and start over with the next make run
	@bin/bootstrap run python -m portal.supervisor reset

test: ## run every test: make test ARGS="-k invoices"
	@bin/bootstrap test $(SERVERS) pytest -n 2 $(ARGS)

covered: ## after make test ARGS=--cov: fail where services, selectors, rules or the kernel have untested lines
	@bin/bootstrap test coverage report --include="$(WHOLE)" --precision=2 --fail-under=99

check: ## run every gate but the tests: format, lint, types, layers, deployment, migrations
	@bin/bootstrap test $(SERVERS) bin/check

messages: ## collect the texts of the screens for translation
	@bin/bootstrap test $(SERVERS) python manage.py messages

audit: ## run every test at full size, and Lighthouse
	@DEMARC_AUDIT=1 bin/bootstrap test $(SERVERS) pytest -n 2 $(ARGS)
	@bin/bootstrap test python -m screens.lighthouse

bench: ## measure, print a table of ratios, fail above a budget: make bench ARGS=--smoke is a tenth the size
	@bin/bootstrap test python -m portal.embedded with-bench-servers -- python -m bench $(ARGS)

screens: ## make pictures and contact sheets of every page, in build/screens: make screens ARGS="--only invoice"
	@bin/bootstrap test python -m screens $(ARGS)

lighthouse: ## measure sign-in, a list, a thing and a form with Lighthouse; needs npm, fails below 95
	@bin/bootstrap test python -m screens.lighthouse
