#ifndef ONNXIFI_TOOLS_CLI_PARTITION_ONNX_H_
#define ONNXIFI_TOOLS_CLI_PARTITION_ONNX_H_

#include "tools/cli/partition_analysis.h"

namespace onnxifi::client {

// Writes the model with the plan in metadata_props, under keys that start with
// "onnxifi.", which Netron shows: options.onnx_file. Nothing else of the file
// changes; external data is not copied, and neither the model nor its data is
// overwritten. Returns the exit code.
int WritePartitionOnnx(const Analysis& analysis,
                       const PartitionOptions& options);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_PARTITION_ONNX_H_
