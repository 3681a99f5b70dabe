#include "loader/run_emulation.h"

#include <mutex>

#include "loader/entry.h"

namespace onnxifi::loader {

namespace {

constexpr const char kFunction[] = "onnxSetIOAndRunGraph";

void UnbindLocked(const HandleEntry& graph) {
  try {
    // Without outputs the call fails, which is what is wanted.
    const onnxStatus refused = graph.device->plugin->table().onnxSetGraphIO(
        graph.inner, 0, nullptr, 0, nullptr);
    static_cast<void>(refused);
  } catch (...) {
  }
}

// Binds and accepts a run gated by `input`, then opens the gate.
onnxStatus BindAndRun(const HandleEntry& graph, const Binding& binding,
                      onnxEvent input, onnxMemoryFenceV1* output) {
  const Device* device = graph.device;
  onnxStatus status =
      CallPlugin(device, kFunction, [&](const DispatchTable& table) {
        return table.onnxSetGraphIO(graph.inner, binding.inputs_count,
                                    binding.inputs, binding.outputs_count,
                                    binding.outputs);
      });
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  onnxMemoryFenceV1 gate = {};
  gate.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  gate.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  gate.event = input;
  status = CallPlugin(device, kFunction, [&](const DispatchTable& table) {
    return table.onnxRunGraph(graph.inner, &gate, output);
  });
  if (status == ONNXIFI_STATUS_SUCCESS) {
    status = CallPlugin(device, kFunction, [&](const DispatchTable& table) {
      return table.onnxSignalEvent(input);
    });
    // The run exists but its gate will never open: give up its event.
    if (status != ONNXIFI_STATUS_SUCCESS &&
        output->type == ONNXIFI_SYNCHRONIZATION_EVENT) {
      try {
        (void)device->plugin->table().onnxReleaseEvent(output->event);
      } catch (...) {
      }
    }
  }
  if (status != ONNXIFI_STATUS_SUCCESS) UnbindLocked(graph);
  return status;
}

}  // namespace

onnxStatus EmulatedRun(const HandleEntry& graph, const void* handle,
                       const Binding& binding, onnxMemoryFenceV1* output,
                       onnxEvent* companion) {
  HandleTable& handles = Loader::IfStarted()->handles();
  const HandleEntry backend = handles.Peek(graph.parent);
  const std::lock_guard<std::mutex> lock(handles.SlotMutex(handle));
  if (output->tag != ONNXIFI_TAG_MEMORY_FENCE_V1) {
    UnbindLocked(graph);
    return Fail(ONNXIFI_STATUS_UNSUPPORTED_TAG, kFunction,
                "outputFence->tag is not ONNXIFI_TAG_MEMORY_FENCE_V1");
  }
  onnxEvent input = nullptr;
  onnxStatus status =
      CallPlugin(graph.device, kFunction, [&](const DispatchTable& table) {
        return table.onnxInitEvent(backend.inner, &input);
      });
  if (status != ONNXIFI_STATUS_SUCCESS) {
    UnbindLocked(graph);
    return status;
  }
  status = BindAndRun(graph, binding, input, output);
  // Without an output event nothing would release the input event later.
  if (status == ONNXIFI_STATUS_SUCCESS &&
      output->type == ONNXIFI_SYNCHRONIZATION_EVENT) {
    *companion = input;
    return status;
  }
  try {
    (void)graph.device->plugin->table().onnxReleaseEvent(input);
  } catch (...) {
  }
  return status;
}

void Unbind(const HandleEntry& graph, const void* handle) {
  const std::lock_guard<std::mutex> lock(
      Loader::IfStarted()->handles().SlotMutex(handle));
  UnbindLocked(graph);
}

}  // namespace onnxifi::loader
