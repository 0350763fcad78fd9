#!/bin/sh
# Writes docker/.env with generated passwords and keys, once. Compose reads it; nobody else should.
set -eu
umask 077
cd "$(dirname "$0")"
[ ! -e .env ] || { echo "docker/.env đã có, giữ nguyên · exists already, left as it is" >&2; exit 0; }
random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_'; } # 44 characters that a URL takes, as Fernet wants them
{
    for name in POSTGRES OWNER LOADER ANALYST AIRFLOW ADMIN; do
        echo "${name}_PASSWORD=$(random | tr -d '=')"
    done
    echo "FERNET_KEY=$(random)"
    echo "API_SECRET_KEY=$(random)"
    echo "JWT_SECRET=$(random)"
} > .env
