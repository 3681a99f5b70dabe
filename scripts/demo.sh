#!/usr/bin/env bash
# From a bare machine to ResNet-50: sets up, builds, and runs the model
# through libonnxifi.so.1 and the plugin that it finds, against the output
# that the onnx package expects.
set -euo pipefail
start=$SECONDS
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

"$ONNXIFI_ROOT/scripts/setup.sh"
"$ONNXIFI_ROOT/scripts/build.sh" --preset release
build=$ONNXIFI_ROOT/build/release
run_logged light-cases "$ONNXIFI_VENV/bin/python3" \
  "$ONNXIFI_ROOT/scripts/write_light_cases.py" "$build/cases/light"
case=$build/cases/light/light_resnet50

echo
say "backends that the loader finds"
"$build/bin/onnxifi" info --summary
echo
say "ResNet-50 through libonnxifi.so.1"
"$build/bin/onnxifi" run "$case/model.onnx" --check "$case/test_data_set_0" \
  --rtol 1e-4
say "demo finished in $((SECONDS - start)) s"
