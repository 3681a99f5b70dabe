#ifndef ONNXIFI_TOOLS_CLI_FILE_H_
#define ONNXIFI_TOOLS_CLI_FILE_H_

#include <cstddef>
#include <span>
#include <string>

#include "base/status.h"

namespace onnxifi::cli {

// Writes the bytes to a file beside `path` and renames it into place, so that
// no reader ever sees a part.
Status WriteFileAtomically(const std::string& path,
                           std::span<const std::byte> bytes);

}  // namespace onnxifi::cli

#endif  // ONNXIFI_TOOLS_CLI_FILE_H_
