#ifndef ONNXIFI_BACKENDS_COMMON_GRAPH_IO_H_
#define ONNXIFI_BACKENDS_COMMON_GRAPH_IO_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backends/common/tensor_descriptor.h"
#include "backends/common/value_descriptor.h"
#include "graph/graph.h"

namespace onnxifi::abi {

// Shapes and buffers of one binding, in model order.
struct BoundTensors {
  std::vector<graph::Shape> input_shapes;
  std::vector<graph::Shape> output_shapes;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  // Some of them lie where the host cannot address them.
  bool device_only = false;
  // What has to live as long as the buffers are used.
  std::vector<std::shared_ptr<MemoryOwner>> owners;
};

// What inputs and outputs of a graph have to go through: descriptors of 1.0, or
// values of 1.1.
enum class Carrier { kDescriptors, kValues };

// The run-time inputs and outputs of a graph as its model declares them, and
// the rules by which descriptors and values are matched with them. Immutable.
class GraphIo {
 public:
  explicit GraphIo(const graph::Graph& graph);

  // Refuses what `carrier` cannot express, and symbolic dimensions beyond the
  // backend's capabilities.
  static Status Check(const graph::Graph& graph, uint64_t capabilities,
                      Carrier carrier);
  // The same for one value as an input or an output.
  static Status CheckInput(const graph::Value& value, uint64_t capabilities,
                           Carrier carrier);
  static Status CheckOutput(const graph::Value& value, Carrier carrier);

  // All dimensions of all inputs are fixed in the model; then *shapes gets
  // them.
  bool StaticInputs(std::vector<graph::Shape>* shapes) const;

  // Everything is a tensor of a known type, so that buffers can be made for a
  // plan.
  bool AllTensors() const;

  // Matches descriptors by name, or by position where the tolerant mode
  // allows. Shapes of outputs are only compared with what the model fixes.
  // `memories` as in CheckValues.
  Result<BoundTensors> Resolve(Descriptors inputs, Descriptors outputs,
                               bool tolerant,
                               const MemoryTable* memories) const;

  // Matches values with the inputs by name; in model order.
  Result<std::vector<RunValue>> ResolveValues(const ValueArray& values) const;

  // An input by its name; INVALID_NAME.
  Result<size_t> FindInput(const char* name) const;
  // The shape that the model fixes; nullptr: it does not.
  const graph::Shape* FixedInput(size_t i) const;
  size_t input_count() const { return inputs_.tensors.size(); }
  const std::string& input_name(size_t i) const {
    return inputs_.tensors[i].name;
  }
  // Whether the model allows inputs of these shapes, one for each of them.
  Status CheckInputShapes(const std::vector<graph::Shape>& shapes) const;

  // One output, by its place in the model.
  const std::string& output_name(size_t i) const {
    return outputs_.tensors[i].name;
  }
  const graph::ValueType& output_type(size_t i) const {
    return outputs_.tensors[i].whole_type;
  }
  size_t output_count() const { return outputs_.tensors.size(); }

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
  struct Tensor {  // or another value: then without shape
    std::string name;
    graph::DataType type;
    bool has_shape;
    graph::Shape dims;
    std::vector<std::string> symbols;
    graph::ValueType whole_type;
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
                      const MemoryTable* memories, Matched* matched);
  // For each tensor of a side the index of the given name that is its own.
  template <typename NameOf>
  static Result<std::vector<size_t>> MatchNames(const Side& side, size_t count,
                                                const char* what,
                                                const NameOf& name_of);
  static Status CheckShape(const Side& side, const Tensor& tensor,
                           const graph::Shape& given, const char* where,
                           SymbolValues* symbols);
  static Status CheckTensor(const Side& side, const Tensor& tensor,
                            const onnxTensorDescriptorV1& descriptor,
                            const graph::Shape& dims, SymbolValues* symbols);

  Side inputs_;
  Side outputs_;
  Status descriptors_;  // why descriptors cannot carry this graph's values
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_GRAPH_IO_H_
