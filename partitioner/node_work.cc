#include "partitioner/node_work.h"

#include <algorithm>
#include <string_view>

namespace onnxifi::partitioner {
namespace {

double Elements(const graph::Value& value) {
  double count = 1;
  for (const int64_t dim : value.dims) {
    count *= static_cast<double>(std::max<int64_t>(dim, 1));
  }
  return std::min(count, 1e15);
}

double Dim(const graph::Value& value, size_t from_last) {
  if (!value.has_shape || from_last >= value.dims.size()) return 1;
  const int64_t dim = value.dims[value.dims.size() - 1 - from_last];
  return static_cast<double>(std::max<int64_t>(dim, 1));
}

// A node's operands by place.
class Operands {
 public:
  Operands(const graph::Graph& graph, const graph::Node& node)
      : graph_(graph), node_(node) {}

  const graph::Value* Input(size_t i) const { return At(node_.inputs, i); }
  const graph::Value* Output(size_t i) const { return At(node_.outputs, i); }

 private:
  const graph::Value* At(const std::vector<graph::ValueId>& ids,
                         size_t i) const {
    if (i >= ids.size() || ids[i] == graph::kNoValue) return nullptr;
    return &graph_.value(ids[i]);
  }
  const graph::Graph& graph_;
  const graph::Node& node_;
};

// Each element of the result takes one filter: M x C/groups x window.
double ConvMacs(const graph::Value& result, const graph::Value& filter) {
  if (filter.dims.empty()) return Elements(result);
  const double maps = static_cast<double>(std::max<int64_t>(filter.dims[0], 1));
  return Elements(result) * Elements(filter) / maps;
}

// Transposed, each element of the input is spread by one filter.
double ConvTransposeMacs(const graph::Value& data, const graph::Value& filter) {
  if (filter.dims.empty()) return Elements(data);
  const double channels =
      static_cast<double>(std::max<int64_t>(filter.dims[0], 1));
  return Elements(data) * Elements(filter) / channels;
}

// Each step multiplies all weights: X is steps x batch x size.
double RecurrentMacs(const graph::Value& x, const graph::Value& w,
                     const graph::Value* r) {
  const double weights = Elements(w) + (r == nullptr ? 0 : Elements(*r));
  return Dim(x, 2) * Dim(x, 1) * weights;
}

double MacsOf(const graph::Graph& graph, const graph::Node& node) {
  const Operands operands(graph, node);
  const graph::Value* a = operands.Input(0);
  const graph::Value* b = operands.Input(1);
  const graph::Value* y = operands.Output(0);
  if (!node.domain.empty() || a == nullptr || y == nullptr) return 0;
  const std::string_view op = node.op_type;
  if (op == "QLinearConv" || op == "QLinearMatMul") {
    const graph::Value* filter = operands.Input(3);
    if (filter == nullptr) return 0;
    return op == "QLinearConv" ? ConvMacs(*y, *filter)
                               : Elements(*y) * Dim(*a, 0);
  }
  if (b == nullptr) return 0;
  if (op == "Conv" || op == "ConvInteger" || op == "DeformConv") {
    return ConvMacs(*y, *b);
  }
  if (op == "ConvTranspose") return ConvTransposeMacs(*a, *b);
  if (op == "MatMul" || op == "MatMulInteger") return Elements(*y) * Dim(*a, 0);
  if (op == "Gemm") {
    const bool flipped = graph::AttrReader(node).Int("transA", 0) != 0;
    return Elements(*y) * Dim(*a, flipped ? 1 : 0);
  }
  if (op == "RNN" || op == "GRU" || op == "LSTM") {
    return RecurrentMacs(*a, *b, operands.Input(2));
  }
  // Twice queries by keys by the width of a head, for every head.
  if (op == "Attention") return 2 * Elements(*a) * Dim(*b, 1);
  return 0;
}

}  // namespace

int64_t BytesOf(const graph::Value& value) {
  if (value.kind != graph::Value::Kind::kTensor) return 64;
  const double bits = std::max(graph::ElementBits(value.type), 1);
  return static_cast<int64_t>(std::min(Elements(value) * bits / 8 + 0.5, 1e15));
}

NodeWork WorkOf(const graph::Graph& graph, const graph::Node& node) {
  NodeWork work;
  work.macs = MacsOf(graph, node);
  for (const auto* ids : {&node.inputs, &node.outputs}) {
    for (const graph::ValueId id : *ids) {
      if (id == graph::kNoValue) continue;
      work.bytes += static_cast<double>(BytesOf(graph.value(id)));
    }
  }
  const graph::Value* first = Operands(graph, node).Input(0);
  work.half = first != nullptr && (first->type == graph::DataType::kFloat16 ||
                                   first->type == graph::DataType::kBfloat16);
  return work;
}

Ns RooflineNs(const NodeWork& work, const DeviceFigures& figures) {
  const double rate =
      work.half && figures.macs_half > 0 ? figures.macs_half : figures.macs;
  double seconds = 0;
  if (rate > 0) seconds = work.macs / rate;
  if (figures.bytes > 0) {
    seconds = std::max(seconds, work.bytes / figures.bytes);
  }
  const double ns = std::min(seconds * 1e9, static_cast<double>(kMaxNs));
  return std::clamp(static_cast<Ns>(ns), kLeastNodeNs, kMaxNs);
}

}  // namespace onnxifi::partitioner
