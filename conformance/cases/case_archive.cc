#include "conformance/cases/case_archive.h"

#include "graph/onnx_reader.h"

namespace onnxifi::conformance {

Result<CaseArchive> CaseArchive::Open(const std::string& path) {
  ONNXIFI_ASSIGN_OR_RETURN(graph::MappedFile file, graph::MapFile(path));
  CaseArchive archive;
  archive.owner_ = file.owner;
  archive.bytes_ = file.bytes;
  return archive;
}

}  // namespace onnxifi::conformance
