#ifndef ONNXIFI_BACKENDS_COMMON_GRAPH_OPTIONS_H_
#define ONNXIFI_BACKENDS_COMMON_GRAPH_OPTIONS_H_

#include <onnxifi/onnxifi_ext.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "base/status.h"

namespace onnxifi::abi {

// What a backend knows, and what the glue knows for all of them.
std::vector<OptionInfo> AllOptions(const Backend& backend);

// The options of a graph as the client gives them, by key; the later of two
// with one key counts. INVALID_POINTER, INVALID_SIZE, or UNSUPPORTED_PROPERTY
// for a key that is not known.
Result<std::map<std::string, std::string>> ReadOptions(
    std::span<const onnxOption> options, const Backend& backend);

// Takes the glue's options out of the others. INVALID_PROPERTY.
Result<bool> TakeExportable(std::map<std::string, std::string>* values);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_GRAPH_OPTIONS_H_
