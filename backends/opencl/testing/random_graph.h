#ifndef ONNXIFI_BACKENDS_OPENCL_TESTING_RANDOM_GRAPH_H_
#define ONNXIFI_BACKENDS_OPENCL_TESTING_RANDOM_GRAPH_H_

#include <cstddef>
#include <random>
#include <vector>

#include "graph/graph.h"

namespace onnxifi::opencl {

// A graph that grows by nodes whose operands are chosen among all values.
class RandomGraph {
 public:
  RandomGraph(unsigned seed, bool has_double);

  // A graph of element-wise nodes alone, with some inputs and outputs.
  void MakeElements();

  const graph::Graph& graph() const { return graph_; }
  std::vector<graph::Shape> shapes() const;  // of the inputs
  const std::vector<std::vector<std::byte>>& feeds() const { return feeds_; }

 protected:
  int Below(int n) { return static_cast<int>(random_() % unsigned(n)); }
  const graph::Value& At(graph::ValueId id) const { return graph_.value(id); }
  graph::DataType PickType();
  graph::ValueId AnyValue() {
    return first_ + Below(int(graph_.values.size()) - first_);
  }

  graph::ValueId AddValue(graph::DataType type, graph::Shape dims);
  // With numbers around 0, and, if wanted, those at which something ends.
  graph::ValueId AddInput(graph::DataType type, graph::Shape dims,
                          bool special);
  graph::ValueId AddConstant(graph::DataType type, const graph::Shape& dims);
  // An input that is broadcast to full_.
  void AddOperand();
  graph::Node& AddNode(const char* op, std::vector<graph::ValueId> inputs,
                       graph::DataType made, graph::Shape dims);
  graph::ValueId Op(const char* op, graph::DataType made,
                    std::vector<graph::ValueId> inputs, int64_t to = 0);
  // A value of that type: one that is there, or a cast.
  graph::ValueId Typed(graph::DataType type);
  // An element-wise node, and casts in front of it.
  graph::ValueId AddElement(graph::ValueId x);

  graph::Graph graph_;
  graph::Shape full_;
  graph::ValueId first_ = 0;  // operands are chosen from here on

 private:
  std::vector<std::byte> Elements(graph::DataType type,
                                  const graph::Shape& dims, bool special);
  graph::ValueId Cast(graph::ValueId x, graph::DataType to);

  std::mt19937 random_;
  const bool has_double_;
  std::vector<std::vector<std::byte>> feeds_;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_TESTING_RANDOM_GRAPH_H_
