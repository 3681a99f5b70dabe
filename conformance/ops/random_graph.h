#ifndef ONNXIFI_CONFORMANCE_OPS_RANDOM_GRAPH_H_
#define ONNXIFI_CONFORMANCE_OPS_RANDOM_GRAPH_H_

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "base/model_builder.h"
#include "conformance/ops/number_tensor.h"

namespace onnxifi::conformance {

// A value of a random graph: a matrix, what it is for one set of inputs, and
// how far a float computation of it may be off.
struct RandomValue {
  NumberTensor exact;
  double error = 0;  // of any element
};

struct RandomNode {
  std::string op;
  std::vector<size_t> inputs;           // indices of values
  std::vector<NumberTensor> constants;  // inputs behind them
  wire::Names attributes;
  size_t output = 0;
};

// A graph of float matrices whose nodes are in an order in which they can run.
// Values and errors are known while it is built, so that no number grows out of
// hand and every tolerance is derived. Plain data.
struct RandomGraph {
  std::vector<RandomValue> values;
  size_t inputs = 0;  // the first values
  std::vector<RandomNode> nodes;
  std::vector<bool> is_output;  // of values
};

RandomGraph MakeRandomGraph(size_t nodes, std::mt19937_64& random);

// The nodes [begin, end) as a model: its inputs are what they read from
// elsewhere, its outputs what others read of them or the graph gives.
struct GraphPart {
  std::string model;
  std::vector<size_t> inputs;   // values
  std::vector<size_t> outputs;  // values
};
GraphPart PartOf(const RandomGraph& graph, size_t begin, size_t end);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_OPS_RANDOM_GRAPH_H_
