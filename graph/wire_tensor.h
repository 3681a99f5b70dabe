#ifndef ONNXIFI_GRAPH_WIRE_TENSOR_H_
#define ONNXIFI_GRAPH_WIRE_TENSOR_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "graph/external_data.h"
#include "graph/graph.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {

// Tensors by name, and which of them have been asked for.
class GivenTensors {
 public:
  void Add(std::string_view name, TensorPtr tensor) {
    tensors_.emplace(name, Entry{std::move(tensor), false});
  }
  // Null when there is none of this name.
  TensorPtr Use(std::string_view name) const {
    const auto at = tensors_.find(name);
    if (at == tensors_.end()) return nullptr;
    at->second.used = true;
    return at->second.tensor;
  }
  // The name of one that nobody has asked for; empty: there is none.
  std::string_view Unused() const {
    for (const auto& [name, entry] : tensors_) {
      if (!entry.used) return name;
    }
    return {};
  }
  bool AnyUsed() const {
    for (const auto& [name, entry] : tensors_) {
      if (entry.used) return true;
    }
    return false;
  }

 private:
  struct Entry {
    TensorPtr tensor;
    mutable bool used;
  };
  std::map<std::string_view, Entry> tensors_;
};

// Where tensor data may come from and who keeps it alive.
struct TensorSource {
  // Keeps the model's bytes; may be null (see ReadOptions::owner).
  std::shared_ptr<const void> owner;
  // Null: external data is refused.
  ExternalData* external = nullptr;
  // Data that stands for external data of the tensors of these names; may be
  // null. Each that is used counts.
  const GivenTensors* given = nullptr;
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
