#ifndef ONNXIFI_CONFORMANCE_CASES_RENAME_MODEL_H_
#define ONNXIFI_CONFORMANCE_CASES_RENAME_MODEL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace onnxifi::conformance {

// The same model with other names of all nodes, values, weights and graphs, in
// bodies and functions, too: a plugin that knows a model by its names does not
// know this one. Seeds give different names.
Result<std::string> RenameModel(std::string_view model, uint64_t seed);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_RENAME_MODEL_H_
