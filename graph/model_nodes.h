#ifndef ONNXIFI_GRAPH_MODEL_NODES_H_
#define ONNXIFI_GRAPH_MODEL_NODES_H_

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {

// The nodes of a model's main graph as its bytes have them, before anything is
// inlined or expanded. The names refer to the bytes; "" is an omitted value.
class ModelNodes {
 public:
  // Walks over the fields and checks nothing but lengths and limits: the model
  // may still be invalid.
  static Result<ModelNodes> Read(Bytes model);

  size_t size() const { return ends_.size(); }
  std::span<const std::string_view> inputs(size_t node) const {
    const size_t begin = node == 0 ? 0 : ends_[node - 1].inputs;
    return std::span(inputs_).subspan(begin, ends_[node].inputs - begin);
  }
  std::span<const std::string_view> outputs(size_t node) const {
    const size_t begin = node == 0 ? 0 : ends_[node - 1].outputs;
    return std::span(outputs_).subspan(begin, ends_[node].outputs - begin);
  }

 private:
  Status AddNode(Bytes bytes);

  // Where each node's names end in the lists of all.
  struct End {
    size_t inputs;
    size_t outputs;
  };
  std::vector<End> ends_;
  std::vector<std::string_view> inputs_;
  std::vector<std::string_view> outputs_;
};

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_MODEL_NODES_H_
