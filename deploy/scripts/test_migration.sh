#!/bin/sh
# Rehearses the migration from the in-memory job manager to the queue, and the way back, on this machine:
# Redis reachable, a worker alive, both modes, the switch and the roll-back with films queued and running.
# Works in temporary folders with a Redis of its own; touches no data. Prints what passed; 1 if anything failed.
# Sets up what it needs beside the program (the packages of the tests, a Redis server) and says so.
set -u
cd "$(dirname "$0")/../.." || exit 1
sh scripts/python.sh -m scripts.bootstrap rehearsal || exit 1
PYTHON=.venv/bin/python
LOG=$(mktemp)
failed=0

step() { # step "what" pytest-arguments...
    what=$1
    shift
    if "$PYTHON" -m pytest -q -p no:cacheprovider -rs "$@" >"$LOG" 2>&1; then
        if grep -q "SKIPPED" "$LOG"; then
            printf 'SKIP  %s: %s\n' "$what" "$(grep SKIPPED "$LOG" | head -n 1)"
            failed=1
        else
            printf 'ok    %s\n' "$what"
        fi
    else
        printf 'FAIL  %s\n' "$what"
        tail -n 25 "$LOG"
        failed=1
    fi
}

WORKER=tests/workers/test_pose_worker.py
SWITCH=tests/jobs/test_switching.py
step "Redis can be reached, started and restarted" "$WORKER::test_redis_may_restart_while_a_job_runs"
step "a worker lives and keeps its model" "$WORKER::test_the_child_stays_between_jobs"
step "legacy mode and queue keep the same promises" tests/jobs/test_both_backends.py
step "the switch and the roll-back, orderly and by SIGKILL" "$SWITCH::test_from_legacy_to_rq_and_back"
step "one kind of job at a time" "$SWITCH::test_one_kind_of_job_at_a_time_goes_over_to_the_queue"
step "both at the same time do nothing twice" "$SWITCH::test_both_at_the_same_time_do_nothing_twice"
step "several web processes share one legacy pool" "$SWITCH::test_many_web_processes_share_one_legacy_pool"
rm -f "$LOG"
[ "$failed" -eq 0 ] && echo "Everything passed: the migration is safe to run here."
exit "$failed"
