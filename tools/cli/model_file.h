#ifndef ONNXIFI_TOOLS_CLI_MODEL_FILE_H_
#define ONNXIFI_TOOLS_CLI_MODEL_FILE_H_

#include <string>

#include "base/status.h"
#include "graph/graph.h"
#include "graph/onnx_reader.h"

namespace onnxifi::client {

// The graph of the model in `file`, which lies at `path`: with tensors from
// files beside it, and without nodes whose results nobody reads.
Result<graph::Graph> ReadModelFile(const graph::MappedFile& file,
                                   const std::string& path);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_MODEL_FILE_H_
