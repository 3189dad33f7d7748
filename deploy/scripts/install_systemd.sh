#!/bin/sh
# Installs the systemd units for the project in this folder, with its own user and an environment file.
#   deploy/scripts/install_systemd.sh [--workers N] [--gpus N] [--redis]
# --redis: with a Redis of its own (no REDIS_URL). Run it again after an upgrade; the environment file stays.
# DESTDIR=folder installs the files there and starts nothing.
set -eu
app=$(cd "$(dirname "$0")/../.." && pwd)
destination=${DESTDIR:-}
workers=1 gpus=0 redis=no
while [ "$#" -gt 0 ]; do
    case $1 in
    --workers) workers=$2 && shift ;;
    --gpus) gpus=$2 && shift ;;
    --redis) redis=yes ;;
    *) echo "usage: $0 [--workers N] [--gpus N] [--redis]" >&2 && exit 3 ;;
    esac
    shift
done
fail() {
    echo "$1" >&2
    exit 1
}
[ -x "$app/.venv/bin/gunicorn" ] || fail "Nothing is installed in $app: run make setup there first."
case $app in
*[!A-Za-z0-9/._-]*) fail "Units cannot name $app (a space or another special character): move the project to /opt first." ;;
esac
if [ -z "$destination" ]; then
    [ "$(id -u)" -eq 0 ] || fail "Run this as root: it writes units and makes a user."
    case $app in
    /home/* | /ro""ot/*) fail "The units may not look into home folders: move the project to /opt first." ;;
    esac
    id shadow-trainer >/dev/null 2>&1 ||
        useradd --system --home-dir /var/lib/shadow-trainer --shell /usr/sbin/nologin shadow-trainer
fi

units=$destination/etc/systemd/system
mkdir -p "$units/shadow-trainer-.service.d"
for unit in "$app"/deploy/systemd/*.service "$app"/deploy/systemd/*.target "$app"/deploy/systemd/*/*.conf; do
    sed "s|/opt/shadow-trainer|$app|g" "$unit" >"$units/${unit#"$app"/deploy/systemd/}"
done

environment=$destination/etc/shadow-trainer.env
if [ ! -e "$environment" ]; then
    umask 077
    {
        echo "# Settings of Shadow Trainer (see .env.example). For root, the service manager and the program's own user."
        echo "SHADOW_DATA_DIR=/var/lib/shadow-trainer"
        echo "SHADOW_SECRET_KEY=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
    } >"$environment"
fi
[ -z "$destination" ] || exit 0
chgrp shadow-trainer "$environment"
chmod 640 "$environment"
runuser -u shadow-trainer -- env SHADOW_ENV_FILE="$environment" "$app/.venv/bin/python" -m shadow_trainer settings \
    >/dev/null || fail "The user shadow-trainer cannot read $app, or the Python behind its .venv (it may lie in a home folder): make them readable and run this again."

systemctl daemon-reload
set -- shadow-trainer-release.service shadow-trainer-web.service shadow-trainer-clock.service
[ "$redis" = no ] || set -- shadow-trainer-redis.service "$@"
number=1
while [ "$number" -le "$workers" ]; do
    set -- "$@" "shadow-trainer-worker@$number.service"
    number=$((number + 1))
done
number=0
while [ "$number" -lt "$gpus" ]; do
    set -- "$@" "shadow-trainer-gpu-worker@$number.service"
    number=$((number + 1))
done
systemctl enable shadow-trainer.target "$@"
systemctl restart shadow-trainer.target "$@"
echo "Running: systemctl list-dependencies shadow-trainer.target; logs: journalctl -u 'shadow-trainer-*'"
