#!/usr/bin/env bash
# Runs every check and test of the project. Installs what the tests need into `.venv` and `target`.
#
#   bash tests/run.sh            everything that gates a change
#   bash tests/run.sh --planted  also plants each bug of tests/planted and shows which test notices it (a quarter of an hour)
#   bash tests/run.sh --interop  also holds log, tiles and witness against an independent C2SP implementation (needs Python 3.12)
#   bash tests/run.sh --lab      also runs the laboratories whole: every byte, row and fork of the tamper lab, a fault at every sync (an hour)
#   bash tests/run.sh --kills N  also kills N times with `kill -9`: the working system at random moments, and one of three over one PostgreSQL every second
#   bash tests/run.sh --licences also checks licences and sources of all dependencies with cargo-deny (builds it first)
set -euo pipefail
cd "$(dirname "$0")/.."

interop=no
licences=no
planted=no
lab=no
kills=0
while [ $# -gt 0 ]; do
  case "$1" in
    --interop) interop=yes ;;
    --licences) licences=yes ;;
    --planted) planted=yes ;;
    --lab) lab=yes ;;
    --kills) shift; kills="${1:?--kills takes a number}" ;;
    *) sed -n '/^#   bash/p' "$0" >&2; echo "unknown argument: $1" >&2; exit 2 ;;
  esac
  shift
done

step() { printf '\n== %s\n' "$*" >&2; }

step "tools"
if [ ! -x .venv/bin/python ]; then
  python3 -m venv .venv
fi
.venv/bin/python -m pip install --quiet --requirement tests/python/requirements.txt
if ! command -v strace >/dev/null; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "strace is not installed, which the tests of syncs need: install it with your package manager, then run this again" >&2
    exit 1
  fi
  apt-get update -qq && apt-get install -y -qq strace
fi
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "PostgreSQL's programs are not installed, of which each run makes a cluster of its own: install postgresql, then run this again" >&2
    exit 1
  fi
  apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql
fi
if ! command -v openssl >/dev/null; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "openssl is not installed, which signs the certificates of test servers: install it with your package manager, then run this again" >&2
    exit 1
  fi
  apt-get update -qq && apt-get install -y -qq openssl
fi
if ! cargo nextest --version >/dev/null 2>&1; then
  cargo install cargo-nextest --locked
fi

step "format"
cargo fmt --all --check

step "contract and house rules"
cargo xtask tidy
BUF=.venv/bin/buf cargo xtask proto
cargo xtask planted --check

step "golden vectors and published ones, checked without our code"
(cd tests && ../.venv/bin/python -m verifier vectors ../ledger-format/testdata)
(cd tests && ../.venv/bin/python -m unittest discover --quiet --top-level-directory . --start-directory verifier)

step "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "build"
cargo build --workspace --bins --locked

step "tests"
export COUNTERSIGN_TEST_PYTHON="$PWD/.venv/bin/python"
export COUNTERSIGN_TEST_BINARY="${CARGO_TARGET_DIR:-$PWD/target}/debug/countersign"
"${CARGO_TARGET_DIR:-$PWD/target}/debug/throwaway-postgres" run cargo nextest run --workspace --locked --no-fail-fast

step "examples in the documentation"
cargo test --workspace --doc --locked --quiet

if [ "$lab" = yes ]; then
  step "tamper lab and failing disks, whole"
  COUNTERSIGN_LAB=full cargo nextest run --profile lab --locked -p ledger-svc -p system-tests -E 'test(/^(lab|cases::failing_disk)::/)'
fi

if [ "$kills" -gt 0 ]; then
  step "$kills kills"
  COUNTERSIGN_KILLS="$kills" cargo nextest run --profile lab --locked -p system-tests -E 'test(/^cases::(kills|replicas)::/)'
fi

if [ "$planted" = yes ]; then
  step "planted bugs"
  cargo xtask planted
fi

if [ "$interop" = yes ]; then
  step "an independent witness and verifier"
  if [ ! -x target/interop/bin/python ]; then
    "${PYTHON312:-python3.12}" -m venv target/interop
  fi
  target/interop/bin/python -m pip install --quiet --requirement tests/interop/requirements.txt
  target/interop/bin/python tests/interop/witness.py "$COUNTERSIGN_TEST_BINARY"
fi

if [ "$licences" = yes ]; then
  step "licences and sources"
  cargo deny --version >/dev/null 2>&1 || cargo install cargo-deny --locked
  cargo deny check bans licenses sources
fi

step "all passed"
