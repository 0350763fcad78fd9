#!/bin/sh
# `make clean`: ends what `up` started and deletes what the project made here. Deliveries that people put into the
# inbox are theirs and stay, as does everything that is not named below.
set -eu
cd "$(dirname "$0")/../.."
home=${LANDSYNC_HOME:-.landsync}
if [ -f "$home/platform.json" ]; then
    sh sync/platform/bootstrap.sh # whoever made the platform can end it: servers are not left running without a name
    .venv/bin/python -m sync.platform.clean
fi
rm -rf .venv .landsync/tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
rmdir .landsync 2> /dev/null || true
