#!/bin/sh
# Makes the locked environment in .venv, from nothing but git and make: Python where it is missing (apt), uv from PyPI,
# then what uv.lock says. Does nothing, at once, when nothing changed. Never asks; stops with one sentence.
set -eu
cd "$(dirname "$0")/../.."
ROOT=$(pwd)
UV_VERSION=0.13.9 # any uv from UV_AT_LEAST on that is on PATH is taken instead
UV_AT_LEAST=0.9
TOOLS=$ROOT/.landsync/tools
STAMP=$ROOT/.venv/.landsync-stamp

say() { # Vietnamese, English
    case "${LANDSYNC_LANG:-vi}" in en* | EN*) printf '%s\n' "$2" >&2 ;; *) printf '%s\n' "$1" >&2 ;; esac
}
stop() {
    say "$1" "$2"
    exit 5
}

# The path counts: programs in .venv name it, so a moved checkout makes them anew.
state=$({ printf '%s\n' "$ROOT"; cat uv.lock pyproject.toml "$ROOT/sync/platform/bootstrap.sh"; } | cksum)
if [ -x .venv/bin/landsync ] && [ "$(cat "$STAMP" 2> /dev/null)" = "$state" ] && .venv/bin/python -c '' 2> /dev/null; then
    exit 0
fi

as_root() { # command...
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
        sudo -n "$@"
    elif command -v sudo > /dev/null && [ -t 0 ] && [ -t 2 ]; then
        sudo "$@"
    else
        return 1
    fi
}

install() { # packages...
    command -v apt-get > /dev/null || stop \
        "Thiếu Python ≥ 3.11 và máy này không có apt: hãy tự cài Python (kèm venv) rồi chạy lại." \
        "Python ≥ 3.11 is missing and this machine has no apt: install Python (with venv), then run this again."
    say "Đang cài bằng apt: $*" "Installing with apt: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q < /dev/null > /dev/null 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" < /dev/null > /dev/null || stop \
        "Không cài được: hãy chạy «sudo apt-get install $*» rồi chạy lại." \
        "Could not install: run 'sudo apt-get install $*', then run this again."
}

python=
find_python() {
    for name in python3 python3.13 python3.12 python3.11 python3.14; do
        path=$(command -v "$name") || continue
        if "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2> /dev/null; then
            # A launcher (pyenv) stands for an interpreter elsewhere: the interpreter is meant.
            python=$("$path" -c 'import os, sys; print(os.path.realpath(sys.executable))')
            return 0
        fi
    done
    return 1
}
find_python || { install python3 python3-venv && find_python; } || stop \
    "Không có Python từ 3.11 đến 3.14: cần Debian 12, Ubuntu 24.04 hoặc mới hơn." \
    "There is no Python from 3.11 to 3.14: Debian 12, Ubuntu 24.04 or newer is needed."

find_uv() {
    for uv in "$(command -v uv || true)" "$TOOLS/bin/uv"; do
        [ -n "$uv" ] || continue
        version=$("$uv" --version 2> /dev/null | cut -d' ' -f2) || continue
        [ "$(printf '%s\n' "$UV_AT_LEAST" "$version" | sort -V | head -n 1)" = "$UV_AT_LEAST" ] && return 0
    done
    return 1
}
# Offices behind an inspecting proxy trust its authority in the system's store, which pip and uv ignore by themselves.
AUTHORITIES=/etc/ssl/certs/ca-certificates.crt
if [ -s "$AUTHORITIES" ]; then
    export PIP_CERT="${PIP_CERT:-$AUTHORITIES}" UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true
fi

if ! find_uv; then
    "$python" -c 'import ensurepip, venv' 2> /dev/null || install python3-venv
    say "Đang lấy uv $UV_VERSION …" "Getting uv $UV_VERSION …"
    mkdir -p "$TOOLS"
    { "$python" -m venv --clear "$TOOLS" && "$TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-input "uv==$UV_VERSION"; } || stop \
        "Không lấy được uv từ PyPI: hãy kiểm tra mạng (và PIP_INDEX_URL nếu dùng kho riêng) rồi chạy lại." \
        "uv could not be fetched from PyPI: check the network (and PIP_INDEX_URL for a mirror), then run this again."
    uv=$TOOLS/bin/uv
fi

say "Đang tạo môi trường .venv theo uv.lock …" "Making the environment .venv from uv.lock …"
quiet=$([ -t 2 ] || echo --quiet)
# shellcheck disable=SC2086 # nothing or one word
UV_PYTHON_DOWNLOADS=never UV_PYTHON="$python" UV_PROJECT_ENVIRONMENT="$ROOT/.venv" \
    "$uv" sync --locked --all-extras --compile-bytecode $quiet || stop \
    "Không tạo được .venv: xem dòng lỗi ở trên, kiểm tra mạng rồi chạy lại «make setup»." \
    "The environment .venv could not be made: see the error above, check the network, run 'make setup' again."
# Ours too: where nobody may write beside the code, or nobody wants it, each command would compile all of it again.
.venv/bin/python -m compileall -q dags parcels sync validators || true
printf '%s\n' "$state" > "$STAMP"
