#!/usr/bin/env bash
# The tests, all of them: `tests/run.sh`. Or some of them: `tests/run.sh test clients`.
#
#   fmt       the formatting
#   clippy    the lints, of every target
#   pure      the lints and the tests of the pure half alone, built without the server
#   test      the Rust tests, on SQLite and on PostgreSQL
#   docs      the documentation builds, without broken links
#   benches   the benches build
#   fuzz      the fuzz targets, built and run for a while from the kept corpus; FUZZ_SECONDS says how long each (15)
#   peers     the bench beside other policy engines builds; only where it is named, since it takes long
#   previous  an upgrade: a build of the release before, made from the history, works beside this one; only where it is named
#   clients   the vendor's Python clients against the built server; what follows `--` goes to pytest,
#             as in `tests/run.sh clients -- test_roles.py -k paged`
#   replicas  three servers over one PostgreSQL that are stopped, killed and cut off (tests/replicas), and clusters of
#             their own that are switched over; in a short form. What follows `--` goes to pytest here too
#   broken    a server that trusts its cache must fail the search for a stale decision: a test of that test
#
# It works from any directory and brings what it needs (tests/setup.sh), among it a throw-away PostgreSQL server: one on
# a loopback port and a socket of its own, run by an unprivileged user, gone when the script ends. A server of your own
# can be used instead: RAMPART_TEST_POSTGRES_URL=postgres://user:password@host/database (the tests create and drop databases).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
all=(fmt clippy pure test docs benches fuzz clients replicas broken)
named=(previous peers)

die() { printf 'run: %s\n' "$*" >&2; exit 2; }

parts=()
pytest_arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --) shift; pytest_arguments=("$@"); break ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
        all) parts+=("${all[@]}") ;;
        *) [[ " ${all[*]} ${named[*]} " == *" $1 "* ]] || die "unknown part: $1 (there are: ${all[*]} ${named[*]})"; parts+=("$1") ;;
    esac
    shift
done
[ ${#parts[@]} -gt 0 ] || parts=("${all[@]}")
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

# --- PostgreSQL ------------------------------------------------------------------------------------

postgres_home=
postgres_as=()

postgres_program() {
    command -v "$1" && return
    # The newest of Debian's versions; they are not in PATH.
    local found
    found=$(printf '%s\n' /usr/lib/postgresql/*/bin/"$1" | sort -V | tail -n 1)
    [ -x "$found" ] || die "no $1: run tests/setup.sh"
    printf '%s\n' "$found"
}

start_postgres() {
    local pg_ctl initdb user port password attempt
    pg_ctl=$(postgres_program pg_ctl)
    initdb=$(postgres_program initdb)
    # Not under target/: the path of a socket may have 107 bytes at most.
    postgres_home=$(mktemp -d /tmp/rampart-postgres.XXXXXX)
    if [ "$(id -u)" -eq 0 ]; then
        # PostgreSQL refuses to run as root.
        user=postgres
        id "$user" >/dev/null 2>&1 || user=nobody
        postgres_as=(runuser -u "$user" --)
        chown "$user" "$postgres_home"
    fi
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '%s\n' "$password" >"$postgres_home/password")
    [ ${#postgres_as[@]} -eq 0 ] || chown "$user" "$postgres_home/password"
    # A linguistic default collation on purpose: a statement that forgot COLLATE "C" shows at once.
    (cd "$postgres_home" && "${postgres_as[@]}" "$initdb" --pgdata "$postgres_home/data" --username rampart \
        --pwfile "$postgres_home/password" --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 \
        --locale-provider icu --icu-locale en-US --no-sync >"$postgres_home/initdb.log" 2>&1) ||
        { cat "$postgres_home/initdb.log" >&2; die "initdb failed (PostgreSQL 15 or later is needed)"; }
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        # Not synced to disk: nothing here outlives this script.
        if (cd "$postgres_home" && "${postgres_as[@]}" "$pg_ctl" start --silent --wait --pgdata "$postgres_home/data" \
            --log "$postgres_home/log" --options "-p $port -k $postgres_home -c listen_addresses=127.0.0.1 \
            -c max_connections=400 -c fsync=off -c full_page_writes=off" >/dev/null 2>&1); then
            export RAMPART_TEST_POSTGRES_URL="postgres://rampart:$password@127.0.0.1:$port/postgres"
            return
        fi
    done
    cat "$postgres_home/log" >&2
    die "PostgreSQL did not start"
}

stop_postgres() {
    [ -n "$postgres_home" ] || return 0
    if [ -e "$postgres_home/data/postmaster.pid" ]; then
        (cd / && "${postgres_as[@]}" "$(postgres_program pg_ctl)" stop --silent --mode immediate --pgdata "$postgres_home/data") || true
    fi
    rm -rf "$postgres_home"
}
trap stop_postgres EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- the parts -------------------------------------------------------------------------------------

run_fmt() { cargo fmt --check; }
run_clippy() {
    # The second: a target that `cargo test` leaves alone.
    cargo clippy --locked --all-targets -- -D warnings && cargo clippy --locked --test previous -- -D warnings
}
run_pure() {
    cargo clippy --locked --no-default-features -- -D warnings && cargo test --locked --no-default-features
}
run_test() { cargo test --locked; }
run_docs() { RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps; }
# With the profile of the tests: it shares what they built, and figures are taken by hand anyway.
run_benches() { cargo bench --locked --no-run --profile dev; }
# The flags that cargo-fuzz gives without a sanitizer: the stable compiler takes them, and neither nightly nor cargo-fuzz
# is needed. What is found new stays under target/; an input that fails is in fuzz/artifacts.
run_fuzz() {
    local host name found
    host=$(rustc -vV | sed -n 's/^host: //p')
    mkdir -p fuzz/artifacts
    RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing" \
        cargo build --locked --release --manifest-path fuzz/Cargo.toml --target "$host" --target-dir "$target/fuzz" || return
    for name in policy_document policy_pattern policy_decision; do
        found=$target/fuzz/corpus/$name
        mkdir -p "$found"
        "$target/fuzz/$host/release/$name" -max_total_time="${FUZZ_SECONDS:-15}" -timeout=5 -max_len=8192 -verbosity=0 \
            -print_final_stats=1 -dict=fuzz/policy.dict -artifact_prefix=fuzz/artifacts/ "$found" "fuzz/corpus/$name" 2>&1 |
            grep -v ' # Uses: ' || { show_artifacts; return 1; }
    done
}
# The machine of a CI is gone afterwards, its log is not.
show_artifacts() {
    local input
    for input in fuzz/artifacts/*; do
        [ -f "$input" ] || continue
        printf '\n%s, to be read with `base64 -d`:\n' "$input"
        base64 "$input"
    done
}
run_peers() { (cd benches/peers && cargo build --locked --release); }
# The first time it compiles this crate once more, as it was; the build is kept under target/previous.
run_previous() { cargo test --locked --test previous; }
run_pytest() {
    if [ -z "${RAMPART_BIN:-}" ]; then
        cargo build --locked || return
    fi
    (
        export RAMPART_BIN=${RAMPART_BIN:-$target/debug/rampart} PYTHONDONTWRITEBYTECODE=1
        cd "$1" && "$target/clients-venv/bin/python" -m pytest "${pytest_arguments[@]}"
    )
}
run_clients() { run_pytest tests/clients; }
run_replicas() { run_pytest tests/replicas; }
# It passes where the test fails, and by what it is there to find.
run_broken() {
    local log=$target/broken.log
    cargo build --locked --features test-broken-freshness && cp "$target/debug/rampart" "$target/rampart-broken" || return
    pytest_arguments=(test_revocations.py -s)
    if RAMPART_BIN=$target/rampart-broken run_pytest tests/replicas >"$log" 2>&1; then
        echo "it was not caught: $log"
        return 1
    fi
    grep -E '^(seed|\{|E +AssertionError)' "$log" | cut -c1-200
    grep -q 'AssertionError: .*allowed after the revocation' "$log" || { echo "it failed by something else: $log"; return 1; }
}

"$root/tests/setup.sh"
if { wants test || wants previous || wants clients || wants replicas || wants broken; } && [ -z "${RAMPART_TEST_POSTGRES_URL:-}" ]; then
    start_postgres
fi

summary=()
failed=0
for part in "${all[@]}" "${named[@]}"; do
    wants "$part" || continue
    printf '\n== %s\n' "$part"
    begin=$SECONDS
    if "run_$part"; then verdict=ok; else verdict=FAILED failed=1; fi
    summary+=("$(printf '%-8s %-6s %4d s' "$part" "$verdict" $((SECONDS - begin)))")
done

printf '\n== summary\n'
printf '%s\n' "${summary[@]}"
exit "$failed"
