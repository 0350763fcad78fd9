#!/bin/sh
# Installs the named package (postgresql-NN-postgis-3) as root and starts no server: Debian's default cluster "main"
# is not made. The setting that says so is removed again, whatever happens.
set -eu
[ $# -eq 1 ] || { echo "usage: sh $0 postgresql-NN-postgis-3" >&2; exit 2; }
folder=/etc/postgresql-common/createcluster.d
setting=$folder/zz-landsync.conf
restore() {
    rm -f "$setting"
    rmdir "$folder" 2>/dev/null || true
}
trap restore EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$folder"
echo "create_main_cluster = false # only while landsync installs PostgreSQL" > "$setting"
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C.UTF-8
apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$1" < /dev/null
