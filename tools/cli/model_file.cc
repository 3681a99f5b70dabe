#include "tools/cli/model_file.h"

#include <filesystem>

namespace onnxifi::client {

Result<graph::Graph> ReadModelFile(const graph::MappedFile& file,
                                   const std::string& path) {
  graph::ReadOptions options;
  options.owner = file.owner;
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path();
  options.external_data_dir = folder.empty() ? "." : folder.string();
  ONNXIFI_ASSIGN_OR_RETURN(graph::Graph graph,
                           graph::ReadModel(file.bytes, options));
  graph::RemoveDeadNodes(graph);
  return graph;
}

}  // namespace onnxifi::client
