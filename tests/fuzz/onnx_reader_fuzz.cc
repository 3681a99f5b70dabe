// Feeds arbitrary bytes to the model reader. With -DONNXIFI_FUZZ=ON and clang
// this is a libFuzzer target; otherwise corpus_main.cc replays files.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "graph/onnx_reader.h"
#include "graph/onnx_writer.h"

namespace {

using onnxifi::Result;
using onnxifi::graph::Graph;

// Every value id of an accepted graph is in range, subgraphs included.
void CheckIds(const Graph& graph) {
  const auto check = [&](onnxifi::graph::ValueId id) {
    if (id != onnxifi::graph::kNoValue &&
        static_cast<size_t>(id) >= graph.values.size()) {
      std::abort();
    }
  };
  for (const auto* list : {&graph.inputs, &graph.outputs, &graph.captures}) {
    for (const auto id : *list) check(id);
  }
  for (const auto& node : graph.nodes) {
    for (const auto id : node.inputs) check(id);
    for (const auto id : node.outputs) check(id);
    for (const auto& attribute : node.attributes) {
      if (attribute.graph != nullptr) CheckIds(*attribute.graph);
      for (const auto& body : attribute.graphs) CheckIds(*body);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span<const uint8_t>(data, size));
  const Result<Graph> graph = onnxifi::graph::ReadModel(bytes, {});
  if (!graph.ok()) {
    if (graph.status().message().empty()) std::abort();
    // The same bytes as a lone tensor.
    (void)onnxifi::graph::ReadTensor(bytes).ok();
    return 0;
  }
  CheckIds(graph.value());
  // Whatever can be written can be read back.
  const Result<std::string> written = onnxifi::graph::WriteModel(graph.value());
  if (written.ok()) {
    const auto again = onnxifi::graph::ReadModel(
        std::as_bytes(std::span<const char>(written.value())), {});
    if (!again.ok()) std::abort();
  }
  return 0;
}
