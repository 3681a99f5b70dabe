# shellcheck shell=sh
# Sourced with a build directory and a machine of tests/sim/machines (without
# suffix): the loader then offers the cpu, the machine's devices and hetero.
_build=$(realpath "$1")
_plugins=$_build/lib/onnxifi/plugins
export ONNXIFI_PLUGIN_FILES="$_plugins/libonnxifi-cpu.so:$_plugins/libonnxifi-hetero.so:$_build/sim/libonnxifi-sim.so"
export ONNXIFI_SIM_FILE="$PWD/tests/sim/machines/$2.json"
# What the machine has measured earlier must not change a placing.
export ONNXIFI_HETERO_CALIBRATION=off
