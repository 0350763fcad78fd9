#!/bin/sh
# Makes dist/landsync-VERSION-SYSTEM-pyNNN.tar.gz: everything that `landsync check` needs, to be installed without a network on a
# machine of the same kind with the same Python. Wheels of the versions in uv.lock, a script that installs them, and their hashes.
set -eu
cd "$(dirname "$0")/../.."
UV=${UV:-uv}
PYTHON=.venv/bin/python

say() { # Vietnamese, English
    case "${LANDSYNC_LANG:-vi}" in en* | EN*) printf '%s\n' "$2" >&2 ;; *) printf '%s\n' "$1" >&2 ;; esac
}

version=$($PYTHON -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
kind=$($PYTHON -c 'import sys, sysconfig; print(sysconfig.get_platform() + "-py%d%d" % sys.version_info[:2])')
name=landsync-$version-$kind
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
inside=$work/$name
mkdir -p "$inside/wheels" dist

"$UV" export --quiet --frozen --no-dev --no-emit-project --format requirements-txt --output-file "$inside/requirements.txt" > /dev/null
# A tool's own environment: ours has no pip. The hashes of uv.lock are checked while downloading.
"$UV" tool run --quiet --python "$PYTHON" pip download --quiet --no-deps --only-binary :all: --require-hashes \
    --requirement "$inside/requirements.txt" --dest "$inside/wheels"
"$UV" build --quiet --wheel --python "$PYTHON" --out-dir "$inside/wheels"
rm -f "$inside/wheels/.gitignore"
cp sync/platform/bundle_install.sh "$inside/install.sh"
(cd "$inside" && find . -type f | sort | xargs sha256sum) > "$work/SHA256SUMS"
mv "$work/SHA256SUMS" "$inside/SHA256SUMS"
tar -C "$work" -czf "dist/$name.tar.gz" "$name"
(cd dist && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
say "Đã tạo dist/$name.tar.gz ($(du -m "dist/$name.tar.gz" | cut -f1) MB). Trên máy không có mạng: giải nén, rồi «sh install.sh THƯ_MỤC»." \
    "Made dist/$name.tar.gz ($(du -m "dist/$name.tar.gz" | cut -f1) MB). On a machine without a network: unpack it, then 'sh install.sh FOLDER'."
