#!/bin/sh
# Writes deploy/.env for docker-compose.yml with fresh random secrets; refuses to replace one that is there.
# What it cannot know is asked on the command line:
#   deploy/scripts/new_secrets.sh SERVER_NAME TLS_CERTIFICATE_DIR ALERT_WEBHOOK_URL
set -eu
if [ "$#" -ne 3 ]; then
    echo "usage: $0 SERVER_NAME TLS_CERTIFICATE_DIR ALERT_WEBHOOK_URL" >&2
    exit 3
fi
file=${SHADOW_ENV_FILE:-$(dirname "$0")/../.env}
if [ -e "$file" ]; then
    echo "$file exists already; delete it first if its secrets may change." >&2
    exit 1
fi
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
umask 077
cat >"$file" <<END
COMPOSE_PROJECT_NAME=shadow-trainer
SHADOW_SECRET_KEY=$(secret)
POSTGRES_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)
GRAFANA_PASSWORD=$(secret)
METRICS_TOKEN=$(secret)
SERVER_NAME=$1
TLS_CERTIFICATE_DIR=$2
ALERT_WEBHOOK_URL=$3
END
echo "wrote $file; keep a copy of it apart from the backups: without it nobody stays logged in."
