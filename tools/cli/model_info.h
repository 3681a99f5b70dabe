#ifndef ONNXIFI_TOOLS_CLI_MODEL_INFO_H_
#define ONNXIFI_TOOLS_CLI_MODEL_INFO_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/tensor_type.h"

namespace onnxifi::cli {

// What a model declares about one of its inputs or outputs.
struct ValueInfo {
  enum class Kind { kTensor, kSequence, kMap, kOptional, kSparse, kUnknown };

  std::string name;
  Kind kind = Kind::kUnknown;
  graph::DataType type = graph::DataType::kUndefined;
  bool has_shape = false;
  graph::Shape dims;                 // -1 = symbolic or not declared
  std::vector<std::string> symbols;  // parallel to dims; "" = none
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

// "float32 1x3x224x224", "sequence", "string Nx2".
std::string TypeText(const ValueInfo& value);

// Why a 1.0 tensor descriptor cannot carry the value; empty when it can.
std::string NotCarried(const ValueInfo& value);

}  // namespace onnxifi::cli

#endif  // ONNXIFI_TOOLS_CLI_MODEL_INFO_H_
