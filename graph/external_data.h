#ifndef ONNXIFI_GRAPH_EXTERNAL_DATA_H_
#define ONNXIFI_GRAPH_EXTERNAL_DATA_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "graph/onnx_reader.h"

namespace onnxifi::graph {

// The external_data entries of a TensorProto, as written.
using ExternalEntries = std::vector<std::pair<std::string, std::string>>;

// Files beside a model that hold its tensors' data. Nothing outside the
// directory is opened: relative paths only, no "..", no symbolic links, regular
// files with one name only; each file is opened once and checked by its
// descriptor. Not thread-safe; what it returns is.
class ExternalData {
 public:
  explicit ExternalData(std::string directory)
      : directory_(std::move(directory)) {}

  // The `bytes` bytes that `entries` point to.
  Result<MappedFile> Load(const ExternalEntries& entries, size_t bytes);

 private:
  Result<const MappedFile*> Open(const std::string& location);

  std::string directory_;
  std::map<std::string, MappedFile> files_;
};

// Maps an open regular file (reads small ones); closes nothing.
Result<MappedFile> MapDescriptor(int descriptor, std::string_view shown_name);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_EXTERNAL_DATA_H_
