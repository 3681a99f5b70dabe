#ifndef ONNXIFI_GRAPH_WIRE_TENSOR_H_
#define ONNXIFI_GRAPH_WIRE_TENSOR_H_

#include <memory>
#include <string>

#include "base/status.h"
#include "graph/external_data.h"
#include "graph/graph.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {

// Where tensor data may come from and who keeps it alive.
struct TensorSource {
  // Keeps the model's bytes; may be null (see ReadOptions::owner).
  std::shared_ptr<const void> owner;
  // Null: external data is refused.
  ExternalData* external = nullptr;
};

// A TensorProto and its data: in place when the wire holds it dense
// (raw_data, packed float_data and double_data), otherwise decoded. A string
// tensor's data is an array of StringRef.
struct WireTensor {
  std::string name;
  TensorPtr data;
};

// Reads one TensorProto. Checks type, dimensions and that the data is exactly
// as long as they say, before any allocation.
Result<WireTensor> ReadWireTensor(Bytes message, const TensorSource& source);

// Reads one SparseTensorProto into a dense tensor.
Result<WireTensor> ReadWireSparseTensor(Bytes message,
                                        const TensorSource& source);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_WIRE_TENSOR_H_
