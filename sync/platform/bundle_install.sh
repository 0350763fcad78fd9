#!/bin/sh
# Cài landsync vào một thư mục, không cần mạng: sh install.sh [THƯ_MỤC]
# Installs landsync into a folder, without a network: sh install.sh [FOLDER]
set -eu
target=${1:-landsync}
case $target in /*) ;; *) target=$PWD/$target ;; esac
cd "$(dirname "$0")"
sha256sum --check --quiet SHA256SUMS || {
    echo "Tệp bị hỏng khi chép: hãy chép lại. · A file was damaged on the way: copy it again." >&2
    exit 5
}
wanted=$(basename "$PWD" | sed 's/.*-py\([0-9]\)\([0-9]*\)$/\1.\2/')
python=
for name in ${PYTHON:-} "python$wanted" python3; do
    if [ "$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null)" = "$wanted" ]; then
        python=$name
        break
    fi
done
[ -n "$python" ] || {
    echo "Cần Python $wanted (kèm venv). · Python $wanted (with venv) is needed." >&2
    exit 5
}
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-index --find-links wheels --require-hashes \
    --requirement requirements.txt
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-index --no-deps wheels/landsync-*.whl
echo "$target/bin/landsync"
