#!/usr/bin/env bash
# Checks that every C and C++ file has the form that .clang-format asks for.
# `tools/check_format.sh --fix` rewrites the files instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t files < <(git ls-files -- '*.h' '*.c' '*.cc' '*.cpp')
[ ${#files[@]} -gt 0 ] || { echo "format: no files found"; exit 1; }
if [ "${1:-}" = --fix ]; then
  clang-format-14 -i "${files[@]}"
elif ! clang-format-14 --dry-run -Werror "${files[@]}"; then
  echo "format: run tools/check_format.sh --fix"
  exit 1
fi
echo "format: ${#files[@]} files"
