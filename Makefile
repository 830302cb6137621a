# Each command sets up what it needs. Set-up runs once, and again only when a lock file has changed.
# Needs: Python 3.11 to 3.13, make, git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
SCALE ?= 0.05
SEED ?= 7
OUT ?=
FROM ?=

export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: help setup run test test-fast lint format ui dbt postgres sample raw-as-of audit audit-engines rollback replay doctor backup restore bench evidence sources download features readme lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: $(READY) ## install everything into .venv

$(READY): requirements.lock requirements-bootstrap.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Python %d.%d is not supported; run make with PYTHON=python3.11 (3.11 to 3.13)" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "set-up: installing the locked packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
		|| { echo "set-up: uv could not install; trying pip, which takes longer"; \
		     $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: $(READY) ## raw files to scores and reports; only what has changed (ARGS=--full, ARGS=--warehouse without models)
	@$(BIN)/python -m ecom_assets.commands.run $(ARGS)

test: $(READY) ## all tests, two files at a time
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-fast: $(READY) ## the tests that are not marked slow
	@$(BIN)/python -m pytest -m "not slow" $(ARGS)

lint: $(READY) ## ruff, mypy, sqlfluff, and files that are generated
	@$(BIN)/ruff check ecom_assets ml_assets benchmarks tests
	@$(BIN)/ruff format --check ecom_assets ml_assets benchmarks tests
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests
	@$(BIN)/python -m ecom_assets.commands.write_sources --check
	@$(BIN)/python -m ecom_assets.commands.write_features --check
	@$(BIN)/python -m ecom_assets.commands.write_raw_columns --check

format: $(READY) ## apply the formatters
	@$(BIN)/ruff check --fix ecom_assets ml_assets benchmarks tests
	@$(BIN)/ruff format ecom_assets ml_assets benchmarks tests
	@$(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models dbt_project/tests

ui: $(READY) ## Dagster's UI and daemon on port 3000, the reports on port 3001, MLflow on port 5000
	@$(BIN)/python -m ecom_assets.commands.ui

dbt: $(READY) ## dbt with the right profile and warehouse, as in make dbt ARGS="build --select marts"
	@$(BIN)/python -m ecom_assets.commands.dbt $(ARGS)

postgres: $(READY) ## the database PGDATABASE on a Postgres server; roles too by ARGS="--roles --login NAME"
	@$(BIN)/python -m ecom_assets.commands.prepare_postgres $(ARGS)

sample: $(READY) ## synthetic raw files of known truth: make sample SCALE=0.05 SEED=7 OUT=dir ARGS="--scenario loyal"
	@$(BIN)/python -m ecom_assets.sample --scale $(SCALE) --seed $(SEED) --out "$(or $(OUT),$(error name a folder: make sample OUT=dir))" $(ARGS)

raw-as-of: $(READY) ## the landing folder as it looked at the end of a day: make raw-as-of T=2018-03-31 OUT=dir
	@$(BIN)/python -m ecom_assets.commands.raw_as_of --as-of "$(or $(T),$(error name a day: make raw-as-of T=2018-03-31 OUT=dir))" \
		--out "$(or $(OUT),$(error name a folder: make raw-as-of T=2018-03-31 OUT=dir))"

audit: $(READY) ## rebuild the features from the past and compare (ARGS="--cut olist=2018-03-31 --poison")
	@$(BIN)/python -m ecom_assets.commands.audit $(ARGS)

audit-engines: $(READY) ## build with DuckDB what stands on the Postgres server (ECOM_TARGET=postgres), and compare
	@$(BIN)/python -m ecom_assets.commands.audit_engines

rollback: $(READY) ## the previous champion serves again, and its scores stand: make rollback MODEL=name
	@$(BIN)/python -m ecom_assets.commands.rollback --model "$(or $(MODEL),$(error name a model: make rollback MODEL=name))"

replay: $(READY) ## history re-enacted under several policies of retraining (OUT=dir, ARGS="--from 2017-12-31 --models name")
	@$(BIN)/python -m ecom_assets.commands.replay $(if $(OUT),--out "$(OUT)") $(ARGS)

doctor: $(READY) ## what is wrong with machine, settings and home, and what repairs it; changes nothing
	@$(BIN)/python -m ecom_assets.commands.doctor $(ARGS)

backup: $(READY) ## a copy of the home in a new folder of OUT: make backup OUT=dir (ARGS="--with-raw --keep 7")
	@$(BIN)/python -m ecom_assets.commands.backup --out "$(or $(OUT),$(error name a folder of back-ups: make backup OUT=dir))" $(ARGS)

restore: $(READY) ## the home as a back-up has it: make restore FROM=dir (ARGS=--replace moves the home aside)
	@$(BIN)/python -m ecom_assets.commands.restore --from "$(or $(FROM),$(error name a back-up: make restore FROM=dir))" $(ARGS)

bench: $(READY) ## benchmarks; tables to benchmarks/results (about half an hour, on a machine that does nothing else)
	@$(BIN)/python -m benchmarks.sample_size
	@$(BIN)/python -m benchmarks.pipeline
	@$(BIN)/python -m benchmarks.likeness
	@$(BIN)/python -m benchmarks.model_speed
	@$(BIN)/python -m benchmarks.cdnow
	@$(BIN)/python -m benchmarks.btyd_speed
	@$(BIN)/python -m benchmarks.segmentation_speed
	@$(BIN)/python -m benchmarks.recommendation_speed
	@$(BIN)/python -m benchmarks.drift_speed
	@$(BIN)/python -m benchmarks.drift_report_speed
	@if [ -n "$$PGHOST" ]; then $(BIN)/python -m benchmarks.postgres; \
	else echo "left out, because PGHOST names no server: benchmarks.postgres"; fi

evidence: $(READY) ## long proofs; tables to benchmarks/results
	@$(BIN)/python -m benchmarks.kills
	@$(BIN)/python -m benchmarks.planted_truth
	@$(BIN)/python -m benchmarks.planted_value
	@$(BIN)/python -m benchmarks.null_control
	@$(BIN)/python -m benchmarks.planted_segments
	@$(BIN)/python -m benchmarks.planted_recommendation
	@$(BIN)/python -m benchmarks.value_oracle
	@$(BIN)/python -m benchmarks.drift_error_rates
	@$(BIN)/python -m benchmarks.drift_windows $${ECOM_REAL_DATA_DIR:+--raw "$$ECOM_REAL_DATA_DIR"}
	@$(BIN)/python -m benchmarks.replays $${ECOM_REAL_DATA_DIR:+--raw "$$ECOM_REAL_DATA_DIR"}
	@if [ -n "$$ECOM_REAL_DATA_DIR" ]; then $(BIN)/python -m benchmarks.model_quality --raw "$$ECOM_REAL_DATA_DIR"; \
	else echo "left out, because ECOM_REAL_DATA_DIR names no folder: benchmarks.model_quality"; fi

download: $(READY) ## the real files from Kaggle into the landing folder
	@$(BIN)/python -m ecom_assets.commands.download $(ARGS)

sources: $(READY) ## write dbt's source YAML from the declared files
	@$(BIN)/python -m ecom_assets.commands.write_sources

features: $(READY) ## write docs/features.md, and from which raw columns features descend
	@$(BIN)/python -m ecom_assets.commands.write_features
	@$(BIN)/python -m ecom_assets.commands.write_raw_columns

readme: $(READY) ## count, time and score the project, and write the figures into README.md
	@$(BIN)/python -m ecom_assets.commands.readme

COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --quiet $(if $(UPGRADE),--upgrade)

lock: $(READY) ## renew the lock files within the ranges of pyproject.toml; UPGRADE=1 takes newer versions
	@$(COMPILE) pyproject.toml --extra dev --output-file requirements.lock
	@echo uv | $(COMPILE) - --output-file requirements-bootstrap.lock

clean: ## remove what was built, but not .venv
	@rm -rf .ecom dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache
