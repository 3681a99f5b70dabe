#include "tools/cli/bisect.h"

#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "base/str_cat.h"
#include "client/file.h"
#include "client/text.h"
#include "client/value_file.h"
#include "graph/onnx_writer.h"

namespace onnxifi::client {
namespace {

bool Differ(const std::vector<HostValue>& want,
            const std::vector<HostValue>& got, const Tolerance& tolerance) {
  if (want.size() != got.size()) return true;
  for (size_t i = 0; i < want.size(); ++i) {
    if (!Compare(want[i], got[i], tolerance).equal) return true;
  }
  return false;
}

// A model names the types of its inputs and outputs; a graph may leave them
// open, and the run has told.
void FillType(const HostValue& told, graph::Value* value) {
  const bool open = value->kind == graph::Value::Kind::kUnknown ||
                    (value->kind == graph::Value::Kind::kTensor &&
                     value->type == graph::DataType::kUndefined);
  if (!open || !told.is_tensor()) return;
  value->kind = graph::Value::Kind::kTensor;
  value->type = told.tensor.type();
  value->has_shape = true;
  value->dims = told.tensor.dims();
  value->symbols.assign(value->dims.size(), "");
}

Status WriteBytes(const std::string& path, const std::string& bytes) {
  return WriteFileAtomically(path, std::as_bytes(std::span(bytes)));
}

}  // namespace

Result<Finding> Bisect(const graph::Graph& graph, const GraphRunner& reference,
                       const GraphRunner& tested,
                       const std::vector<HostValue>& inputs,
                       const Tolerance& tolerance) {
  ONNXIFI_ASSIGN_OR_RETURN(MixedRun run,
                           MixedRun::Make(graph, reference, tested, inputs));
  Finding finding;
  finding.nodes = graph.nodes.size();
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<HostValue> want, run.Outputs({}));
  const auto differs = [&](const Segment& segment) -> Result<bool> {
    ONNXIFI_ASSIGN_OR_RETURN(const std::vector<HostValue> got,
                             run.Outputs(segment));
    return Differ(want, got, tolerance);
  };
  ONNXIFI_ASSIGN_OR_RETURN(const bool random, differs({}));
  bool reproduced = false;
  if (!random) {
    ONNXIFI_ASSIGN_OR_RETURN(reproduced, differs({0, finding.nodes}));
  }
  if (reproduced) {
    ONNXIFI_ASSIGN_OR_RETURN(finding.segment,
                             FindSegment(finding.nodes, differs));
    ONNXIFI_ASSIGN_OR_RETURN(finding.alone, run.RunAlone(finding.segment));
    for (size_t i = 0; i < finding.alone.want.size(); ++i) {
      finding.alone_results.push_back(
          Compare(finding.alone.want[i], finding.alone.got[i], tolerance));
      finding.alone_differs |= !finding.alone_results.back().equal;
    }
    ONNXIFI_ASSIGN_OR_RETURN(const std::vector<HostValue> others,
                             run.OutputsWithout(finding.segment));
    finding.others_differ = Differ(want, others, tolerance);
  } else {
    finding.kind = random ? Finding::Kind::kRandom : Finding::Kind::kFileOnly;
  }
  finding.runs = run.runs();
  return finding;
}

Status WriteReproducer(const Finding& finding, const std::string& folder) {
  graph::Graph graph = finding.alone.part.graph;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    FillType(finding.alone.inputs[i], &graph.value(graph.inputs[i]));
  }
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    FillType(finding.alone.want[i], &graph.value(graph.outputs[i]));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const std::string model, graph::WriteModel(graph));
  const std::string data = folder + "/test_data_set_0";
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  StrCat("folder '", EscapeText(folder), "': ", error.message(),
                         ": choose another one"));
  }
  ONNXIFI_RETURN_IF_ERROR(WriteBytes(folder + "/model.onnx", model));
  for (size_t i = 0; i < finding.alone.inputs.size(); ++i) {
    ONNXIFI_RETURN_IF_ERROR(
        WriteBytes(StrCat(data, "/input_", i, ".pb"),
                   SerializeValue(finding.alone.inputs[i])));
  }
  for (size_t i = 0; i < finding.alone.want.size(); ++i) {
    ONNXIFI_RETURN_IF_ERROR(WriteBytes(StrCat(data, "/output_", i, ".pb"),
                                       SerializeValue(finding.alone.want[i])));
  }
  return Status::Ok();
}

}  // namespace onnxifi::client
