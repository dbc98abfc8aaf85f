#!/usr/bin/env bash
# Brings a Debian-like machine to where `tests/run.sh` can run: a C and a C++ compiler, PostgreSQL's server programs, Python
# with venv, Node with npm, a Rust toolchain, and under target/ the vendor's Python clients in an environment of their own,
# and the vendor's credentials library for Node beside an OpenID provider and a SAML identity provider.
# `tests/setup.sh build` brings only what building and serving need: the compiler and the toolchain.
# Run it as often as you like: what is there already is left alone. It becomes root (sudo) only to install packages.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
venv=$target/clients-venv
requirements=$root/tests/clients/requirements.txt
python=${PYTHON:-python3}

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_venv() { "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; }
have_roots() { [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/ssl/cert.pem ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ]; }

install() {
    [ $# -gt 0 ] || return 0
    have apt-get || die "missing: $* (Debian's names); install them by hand, there is no apt-get here"
    local become=()
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || die "missing: $*; install them as root, there is no sudo here"
        become=(sudo)
    fi
    say "installing $*"
    "${become[@]}" apt-get update -q
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

packages() {
    local missing=()
    have cc || missing+=(build-essential)
    have_roots || missing+=(ca-certificates)
    if [ "$1" = all ]; then
        # For the fuzzer's own code.
        have c++ || missing+=(g++)
        have_venv || missing+=(python3 python3-venv)
        have node || missing+=(nodejs)
        have npm || missing+=(npm)
        # Signs with SHA-1 for a test, which the crates do not do any more.
        have openssl || missing+=(openssl)
        # A server given by its address needs none of ours.
        [ -n "${RAMPART_TEST_POSTGRES_URL:-}" ] || have_postgres || missing+=(postgresql)
    fi
    install "${missing[@]}"
}

toolchain() {
    local needed found
    needed=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$root/Cargo.toml")
    if ! have cargo && have apt-get; then
        # Debian 13 and later have the package; an older one's own Rust would be too old.
        (install rustup && rustup toolchain install stable --profile default) || true
    fi
    have cargo || die "no cargo: install Rust $needed or later (https://rustup.rs)"
    found=$(cd "$root" && cargo --version | cut -d ' ' -f 2)
    [ "$(printf '%s\n' "$needed" "$found" | sort -V | head -n 1)" = "$needed" ] ||
        die "cargo $found is too old: Rust $needed or later is needed (rustup update stable)"
    local component
    for component in fmt clippy; do
        (cd "$root" && cargo "$component" --version >/dev/null 2>&1) ||
            die "cargo $component is missing (rustup component add rustfmt clippy)"
    done
}

clients() {
    local stamp=$venv/.requirements wanted
    wanted=$(sha256sum "$requirements" | cut -d ' ' -f 1)-$("$python" -c 'import sys; print(sys.version)' | sha256sum | cut -d ' ' -f 1)
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "installing the vendor's Python clients into $venv"
    rm -rf "$venv"
    mkdir -p "$target"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
    printf '%s\n' "$wanted" >"$stamp"
}

node_clients() {
    local from=$root/tests/clients/node to=$target/clients-node wanted
    mkdir -p "$to"
    cp "$from"/*.mjs "$from"/package.json "$from"/package-lock.json "$to"/
    wanted=$(cat "$from/package-lock.json" <(node --version) | sha256sum | cut -d ' ' -f 1)
    [ "$(cat "$to/.installed" 2>/dev/null)" != "$wanted" ] || return 0
    say "installing an OpenID provider, a SAML identity provider and the vendor's credentials library for Node into $to"
    (cd "$to" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    printf '%s\n' "$wanted" >"$to/.installed"
}

what=${1:-all}
case $what in
    all | build) ;;
    *) die "unknown part: $what (there are: all, build)" ;;
esac
packages "$what"
toolchain
[ "$what" = build ] || { clients; node_clients; }
say "ready"
