# Two commands on a bare machine: `make run` and `make test`. What they need, scripts/install.sh installs.
.PHONY: run test check audit bench install
.DEFAULT_GOAL := run

IN := .venv/bin

run: install ## Start the private database and serve the map and the API, with the sample
	@$(IN)/trygghetskarta demo

install: ## The locked packages, PostgreSQL with PostGIS, and the first time a database with the sample
	@scripts/install.sh run postgis web
	@[ -e .trygghetskarta ] || [ -n "$$TRYGGHETSKARTA_HOME$$TRYGGHETSKARTA_DATABASE_URL" ] || $(IN)/trygghetskarta demo --prepare

check: ## Format, lint, types, floors, lock, the API against the national profile, the supply chain
	@scripts/install.sh dev npm profile
	$(IN)/ruff format --check .
	$(IN)/ruff check .
	$(IN)/mypy
	$(IN)/lint-imports
	PATH="$$(scripts/install.sh node):$$PATH" npm --prefix web run --silent format
	PATH="$$(scripts/install.sh node):$$PATH" npm --prefix web run --silent check
	PATH="$$(scripts/install.sh node):$$PATH" npm --prefix web run --silent test
	UV_PYTHON_DOWNLOADS=never $$(scripts/install.sh uv) lock --check
	PATH="$$(scripts/install.sh node):$$PATH" npm --prefix scripts/api-profile run --silent check
	PATH="$$(dirname $$(scripts/install.sh uv)):$$(scripts/install.sh node):$$PATH" $(IN)/python scripts/supply_chain.py

audit: ## Before a release: fails also where the sources of known vulnerabilities do not answer
	@scripts/install.sh dev
	PATH="$$(dirname $$(scripts/install.sh uv)):$$(scripts/install.sh node):$$PATH" $(IN)/python scripts/supply_chain.py --must-look

test: check ## All that check does, then the tests
	@scripts/install.sh postgis web
	PATH="$$(scripts/install.sh node):$$PATH" $(IN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

bench: ## Measure, against the peers
	@scripts/install.sh bench postgis
	$(IN)/python -m benchmarks $(ARGS)
