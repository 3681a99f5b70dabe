#ifndef ONNXIFI_CLIENT_MODEL_INFO_H_
#define ONNXIFI_CLIENT_MODEL_INFO_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/tensor_type.h"

namespace onnxifi::client {

// What a model declares about one of its inputs or outputs, or about what is
// in it.
struct ValueInfo {
  enum class Kind { kTensor, kSequence, kMap, kOptional, kSparse, kUnknown };

  std::string name;
  Kind kind = Kind::kUnknown;
  graph::DataType type = graph::DataType::kUndefined;  // of a map: its keys'
  bool has_shape = false;
  graph::Shape dims;                 // -1 = symbolic or not declared
  std::vector<std::string> symbols;  // parallel to dims; "" = none
  // Of a sequence or an optional: what is in it. Of a map: its values.
  std::vector<ValueInfo> elements;

  // A tensor, all of whose dimensions are declared as numbers.
  bool has_fixed_shape() const;
};

// The face of a model: what a client needs to bind memory. Read from the wire
// without checking the model, because the backend judges that, not the client.
struct ModelInfo {
  std::vector<ValueInfo> inputs;   // all graph inputs, in model order
  std::vector<bool> is_static;     // parallel: the input has an initializer
  std::vector<ValueInfo> outputs;  // in model order
  size_t nodes = 0;                // top-level nodes

  // The inputs that a run must be given.
  std::vector<ValueInfo> RuntimeInputs() const;
};

Result<ModelInfo> ReadModelInfo(std::span<const std::byte> model);

// "float32 1x3x224x224", "sequence of string Nx2", "map int64 to float32".
std::string TypeText(const ValueInfo& value);

// Why a 1.0 tensor descriptor cannot carry the value; empty when it can.
std::string NotCarried(const ValueInfo& value);
// The first run-time input or output that they cannot carry, and why.
std::string NotCarried(const ModelInfo& model);

// True when descriptors cannot carry an input or output, or the model leaves
// the shape of an output open: interface 1.1 is the way then.
bool NeedsValues(const ModelInfo& model);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_MODEL_INFO_H_
