#ifndef ONNXIFI_BACKENDS_COMMON_GRAPH_IO_H_
#define ONNXIFI_BACKENDS_COMMON_GRAPH_IO_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backends/common/tensor_descriptor.h"
#include "graph/graph.h"

namespace onnxifi::abi {

// Shapes and buffers of one binding, in model order.
struct BoundTensors {
  std::vector<graph::Shape> input_shapes;
  std::vector<graph::Shape> output_shapes;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
};

// The run-time inputs and outputs of a graph as its model declares them, and
// the rules by which descriptors are matched with them. Immutable.
class GraphIo {
 public:
  explicit GraphIo(const graph::Graph& graph);

  // Refuses what descriptors of 1.0 cannot express, and symbolic dimensions
  // beyond the backend's capabilities.
  static Status Check(const graph::Graph& graph, uint64_t capabilities);

  // All dimensions of all inputs are fixed in the model; then *shapes gets
  // them.
  bool StaticInputs(std::vector<graph::Shape>* shapes) const;

  // Matches descriptors by name, or by position where the tolerant mode
  // allows. Shapes of outputs are only compared with what the model fixes.
  Result<BoundTensors> Resolve(Descriptors inputs, Descriptors outputs,
                               bool tolerant) const;

  // Types, shapes and sizes of one side, without data.
  Result<std::vector<graph::TensorData>> InputTensors(
      const std::vector<graph::Shape>& shapes) const {
    return Tensors(inputs_, shapes);
  }
  Result<std::vector<graph::TensorData>> OutputTensors(
      const std::vector<graph::Shape>& shapes) const {
    return Tensors(outputs_, shapes);
  }

  // MISMATCHING_SHAPE unless the outputs' descriptors say what will be
  // computed.
  Status CheckOutputShapes(const std::vector<graph::Shape>& declared,
                           const std::vector<graph::Shape>& computed) const;

 private:
  struct Tensor {
    std::string name;
    graph::DataType type;
    bool has_shape;
    graph::Shape dims;
    std::vector<std::string> symbols;
  };
  struct Side {
    const char* role;
    std::vector<Tensor> tensors;
    std::unordered_map<std::string_view, size_t> index;  // into tensors
  };
  // For each tensor of a side: its descriptor.
  using Matched = std::vector<const onnxTensorDescriptorV1*>;
  using SymbolValues = std::unordered_map<std::string_view, int64_t>;

  static Result<std::vector<graph::TensorData>> Tensors(
      const Side& side, const std::vector<graph::Shape>& shapes);
  static void Fill(const graph::Graph& graph,
                   const std::vector<graph::ValueId>& ids, Side* side);
  static Status Match(const Side& side, Descriptors descriptors, bool tolerant,
                      Matched* matched);
  static Status MatchNames(const Side& side, Descriptors descriptors,
                           Matched* matched);
  static Status CheckTensor(const Side& side, const Tensor& tensor,
                            const onnxTensorDescriptorV1& descriptor,
                            SymbolValues* symbols);

  Side inputs_;
  Side outputs_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_GRAPH_IO_H_
