#include "conformance/mutants/output_watch.h"

#include <utility>

#include "graph/tensor_type.h"

namespace onnxifi::mutants {

size_t ElementSize(uint64_t type) {
  if (type == 0 || type > 64) return 0;
  const int bits = graph::ElementBits(static_cast<graph::DataType>(type));
  return bits < 8 ? 0 : static_cast<size_t>(bits) / 8;
}

void OutputWatch::Bound(onnxGraph graph, uint32_t count,
                        const onnxTensorDescriptorV1* outputs) {
  std::vector<Output> list;
  for (uint32_t i = 0; i < count; ++i) {
    const onnxTensorDescriptorV1& from = outputs[i];
    Output output;
    output.type = from.dataType;
    output.shape.assign(from.shape, from.shape + from.dimensions);
    output.data = reinterpret_cast<void*>(from.buffer);
    output.element_size = ElementSize(from.dataType);
    output.count = 1;
    for (const uint64_t dim : output.shape) output.count *= dim;
    list.push_back(std::move(output));
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  bound_[graph] = std::move(list);
}

void OutputWatch::Started(onnxGraph graph, onnxEvent done) {
  const std::lock_guard<std::mutex> lock(mutex_);
  running_[done] = bound_[graph];
}

std::vector<Output> OutputWatch::Take(onnxEvent done) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = running_.find(done);
  if (at == running_.end()) return {};
  std::vector<Output> outputs = std::move(at->second);
  running_.erase(at);
  return outputs;
}

void OutputWatch::ForgetGraph(onnxGraph graph) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bound_.erase(graph);
}

void OutputWatch::ForgetRun(onnxEvent done) {
  const std::lock_guard<std::mutex> lock(mutex_);
  running_.erase(done);
}

std::vector<Output> OutputWatch::Current(onnxGraph graph) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return bound_[graph];
}

}  // namespace onnxifi::mutants
