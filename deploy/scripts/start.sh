#!/bin/sh
# Starts everything in the background, for machines without a service manager:
#   deploy/scripts/start.sh [WORKERS]        deploy/scripts/stop.sh ends it again
# Pid files are in run/ and logs in log/ of the data folder. What runs already is left alone.
set -eu
cd "$(dirname "$0")/../.."
workers=${1:-1}
. deploy/scripts/processes.sh

"$PYTHON" -m shadow_trainer db upgrade
if [ "$(setting SHADOW_USE_RQ)" = true ]; then
    [ -n "$(setting REDIS_URL)" ] || start redis "$PYTHON" -m shadow_trainer redis
    number=1
    while [ "$number" -le "$workers" ]; do
        start "worker-$number" "$PYTHON" -m shadow_trainer worker
        number=$((number + 1))
    done
    start clock "$PYTHON" -m shadow_trainer clock
fi
start web "$PYTHON" -m gunicorn wsgi:app

tries=0
until "$PYTHON" -m shadow_trainer health web >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 60 ]; then
        echo "The web server does not answer; its last words:" >&2
        tail -n 5 "$logs/web.log" >&2
        exit 1
    fi
    sleep 0.2
done
echo "Running; logs are in $logs."
