#!/bin/sh
# What a container of this image does: `init` prepares the databases and ends, a name of one of Airflow's components
# runs it, anything else is the command itself (`landsync status`, for example).
set -eu
umask 077
case "${1:-}" in
    init)
        python -m sync.platform.provision
        airflow db migrate
        exec airflow pools import /opt/landsync/sync/platform/pools.json
        ;;
    api-server)
        mkdir -p "$AIRFLOW_HOME"
        printf '{"admin": "%s"}' "$LANDSYNC_ADMIN_PASSWORD" > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
        exec airflow api-server
        ;;
    scheduler | triggerer)
        exec airflow "$1" --skip-serve-logs # the api-server reads the logs in the shared /data
        ;;
    dag-processor)
        exec airflow dag-processor
        ;;
    *)
        exec "$@"
        ;;
esac
