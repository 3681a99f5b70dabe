#ifndef ONNXIFI_GRAPH_VALUE_READER_H_
#define ONNXIFI_GRAPH_VALUE_READER_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::graph {

// A tensor, sequence, optional or map from a data file. Owns everything.
struct DataValue {
  std::string name;
  Value::Kind kind = Value::Kind::kTensor;
  TensorPtr tensor;  // kTensor; kMap: the keys, 1-D
  // kSequence: any number; kOptional: none or one; kMap: one 1-D tensor of the
  // values, whose type is kUndefined when there are none.
  std::vector<DataValue> elements;
};

// Reads a serialized TensorProto, SequenceProto, OptionalProto or MapProto, as
// `kind` says. Bounded: depth, number of values and every length are checked
// before anything is allocated for them.
Result<DataValue> ReadValue(std::span<const std::byte> bytes, Value::Kind kind);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_VALUE_READER_H_
