#!/bin/sh
# Ends what start.sh started, and nothing else: requests may end, running films are handed back to the queue.
set -eu
cd "$(dirname "$0")/../.."
. deploy/scripts/processes.sh

for file in "$pids"/web.pid "$pids"/worker-*.pid "$pids"/clock.pid; do
    signal "$file" TERM
done
for file in "$pids"/web.pid "$pids"/worker-*.pid "$pids"/clock.pid; do
    finish "$file"
done
# Last, because the others write their last words there.
signal "$pids/redis.pid" TERM
finish "$pids/redis.pid"
echo "Stopped."
