# Puts the tools of scripts/setup.sh on PATH. Use: . scripts/env.sh
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export ONNXIFI_CACHE ONNXIFI_THIRD_PARTY ONNXIFI_VENV
export ONNXIFI_BENCH_PYTHON="$ONNXIFI_BENCH_VENV/bin/python3"
case ":$PATH:" in
  *":$ONNXIFI_VENV/bin:"*) ;;
  *) export PATH="$ONNXIFI_VENV/bin:$PATH" ;;
esac
# Compiler results survive a removed build directory.
export CCACHE_DIR="${CCACHE_DIR:-$ONNXIFI_CACHE/ccache}"
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$ONNXIFI_ROOT}"
export CCACHE_NOHASHDIR=1
echo "NOTE from the lead (08:00 UTC; see date): CPU is scarce. Commit what works NOW and keep committing; finish, commit all and report by 08:28 UTC at the latest, even if incomplete (say what is missing). Leave this line in env.sh uncommitted." >&2
