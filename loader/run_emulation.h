#ifndef ONNXIFI_LOADER_RUN_EMULATION_H_
#define ONNXIFI_LOADER_RUN_EMULATION_H_

#include <onnxifi/onnxifi.h>

#include <cstdint>

#include "loader/handle_table.h"

namespace onnxifi::loader {

struct Binding {
  uint32_t inputs_count;
  const onnxTensorDescriptorV1* inputs;
  uint32_t outputs_count;
  const onnxTensorDescriptorV1* outputs;
};

// onnxSetIOAndRunGraph for plugins that have only the core functions: binds,
// runs behind an event of its own and signals it, in one step per graph.
// `output` is the plugin's fence. On success *companion is the input event,
// which must outlive the run: it is released together with the output event.
// On failure the graph has no binding. Threading: safe.
onnxStatus EmulatedRun(const HandleEntry& graph, const void* handle,
                       const Binding& binding, onnxMemoryFenceV1* output,
                       onnxEvent* companion);

// Makes the plugin forget the binding of a graph, by a binding that fails.
void Unbind(const HandleEntry& graph, const void* handle);

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_RUN_EMULATION_H_
