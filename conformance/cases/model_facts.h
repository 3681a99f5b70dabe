#ifndef ONNXIFI_CONFORMANCE_CASES_MODEL_FACTS_H_
#define ONNXIFI_CONFORMANCE_CASES_MODEL_FACTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

#include "base/status.h"
#include "conformance/harness/test.h"

namespace onnxifi::conformance {

// What a model asks of a plugin, bodies and functions included; read from the
// bytes alone.
struct ModelFacts {
  // "Conv", "ai.onnx.ml:Scaler"; calls of the model's own functions are none.
  std::set<std::string> operators;
  std::set<int32_t> types;  // TensorProto.DataType, as far as they are declared
  std::map<std::string, int64_t> opsets;  // "ai.onnx" for the default domain
  int64_t ir_version = 0;
  bool open_shape = false;  // an input or output has a dimension of no number
};

Result<ModelFacts> ReadModelFacts(std::span<const std::byte> model);

// The profile to which a test of the model belongs.
Profile ProfileOf(const ModelFacts& facts);

// Whether the vendor says that the plugin has every operator of the model, and
// its types.
bool Claims(const VendorProfile& profile, const ModelFacts& facts);

// Whether `reported` (the text of ONNXIFI_BACKEND_OPSET_VERSION) reaches every
// operator set of the model.
bool CoversOpsets(const std::string& reported, const ModelFacts& facts);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_MODEL_FACTS_H_
