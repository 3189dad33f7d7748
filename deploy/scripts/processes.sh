# Sourced by start.sh and stop.sh: one pid file per process, with the time at which it began. A number that
# another program has got meanwhile is not touched.
PYTHON=.venv/bin/python
TRIES=300 # five in a second: a minute
settings=$("$PYTHON" -m shadow_trainer settings)
# setting NAME: its value, or nothing (secrets are shown as "(set)").
setting() { printf '%s\n' "$settings" | sed -n "s/^$1  *//p" | grep -vxF "(not set)" || true; }
data=$(setting SHADOW_DATA_DIR)
pids=$data/run
logs=$data/log
mkdir -p "$pids" "$logs"

born() { ps -o lstart= -p "$1" 2>/dev/null || true; }

# alive FILE: whether the process of this pid file still runs; sets $pid.
alive() {
    [ -s "$1" ] || return 1
    { read -r pid && read -r since; } <"$1"
    [ -n "$(born "$pid")" ] && [ "$(born "$pid")" = "$since" ]
}

own_session=$(command -v setsid || true) # macOS has none; nohup is enough there

# start NAME COMMAND...: in a session of its own, so that closing the terminal ends nothing.
start() {
    name=$1
    shift
    if alive "$pids/$name.pid"; then
        echo "$name runs already ($pid)."
        return
    fi
    $own_session nohup "$@" >>"$logs/$name.log" 2>&1 </dev/null &
    pid=$!
    printf '%s\n%s\n' "$pid" "$(born "$pid")" >"$pids/$name.pid"
    echo "$name: $pid"
}

# signal FILE NAME: only to a process that is ours.
signal() { if alive "$1"; then kill -s "$2" "$pid" 2>/dev/null || true; fi; }

# finish FILE: wait until it has ended; after a minute it is killed.
finish() {
    waited=0
    while alive "$1"; do
        [ "$waited" -lt "$TRIES" ] || signal "$1" KILL
        waited=$((waited + 1))
        sleep 0.2
    done
    rm -f "$1"
}
