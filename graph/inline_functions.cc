#include "graph/inline_functions.h"

#include <onnx/common/proto_util.h>
#include <onnx/inliner/inliner.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/str_cat.h"
#include "graph/gradient_names.h"
#include "graph/limits.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// What inlining would make of some nodes.
struct Size {
  int64_t nodes = 0;
  size_t bytes = 0;
  int depth = 0;  // of subgraphs

  // Saturates above the limits.
  void Add(const Size& other) {
    nodes = std::min(nodes + other.nodes, kMaxNodes + 1);
    bytes = std::min(bytes + other.bytes, kMaxSkeletonBytes + 1);
    depth = std::max(depth, other.depth);
  }
};

// Measures a graph after inlining, without inlining.
class SizeEstimator {
 public:
  explicit SizeEstimator(const onnx::ModelProto& model) {
    for (const auto& function : model.functions()) {
      functions_.emplace(onnx::GetFunctionImplId(function), &function);
    }
  }

  // `calls` is how many calls lead here.
  Result<Size> Measure(const Nodes& nodes, int calls) {
    Size total;
    for (const onnx::NodeProto& node : nodes) {
      ONNXIFI_ASSIGN_OR_RETURN(const Size size, MeasureNode(node, calls));
      total.Add(size);
    }
    return total;
  }

 private:
  Result<Size> MeasureNode(const onnx::NodeProto& node, int calls) {
    const std::string id = onnx::GetCalleeId(node);
    const auto callee = functions_.find(id);
    if (callee != functions_.end()) return Call(id, *callee->second, calls);
    Size total{1, node.ByteSizeLong(), 0};
    const auto add_body = [&](const onnx::GraphProto& body) -> Status {
      ONNXIFI_ASSIGN_OR_RETURN(Size size, Measure(body.node(), calls));
      ++size.depth;
      total.Add(size);
      return Status::Ok();
    };
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_g()) ONNXIFI_RETURN_IF_ERROR(add_body(attribute.g()));
      for (const onnx::GraphProto& body : attribute.graphs()) {
        ONNXIFI_RETURN_IF_ERROR(add_body(body));
      }
    }
    return total;
  }

  Result<Size> Call(const std::string& id, const onnx::FunctionProto& function,
                    int calls) {
    if (const auto known = sizes_.find(id); known != sizes_.end()) {
      return known->second;
    }
    if (!active_.insert(id).second) {
      return Invalid(StrCat("function ", Quoted(function.name()),
                            " calls itself, directly or through others"));
    }
    if (calls >= kMaxFunctionDepth) {
      return Invalid(StrCat("function ", Quoted(function.name()),
                            " is called deeper than the limit of ",
                            kMaxFunctionDepth));
    }
    ONNXIFI_ASSIGN_OR_RETURN(const Size size,
                             Measure(function.node(), calls + 1));
    active_.erase(id);
    sizes_.emplace(id, size);
    return size;
  }

  std::unordered_map<std::string, const onnx::FunctionProto*> functions_;
  std::unordered_map<std::string, Size> sizes_;
  std::unordered_set<std::string> active_;
};

// Functions may import versions of a domain other than the model's, as long
// as the operators they use did not change between them; the checker has made
// sure of that. The inliner asks for equal versions.
void AlignImports(onnx::ModelProto* model) {
  std::unordered_map<std::string, int64_t> versions;
  for (const auto& import : model->opset_import()) {
    versions.emplace(import.domain(), import.version());
  }
  for (auto& function : *model->mutable_functions()) {
    for (auto& import : *function.mutable_opset_import()) {
      const auto [entry, added] =
          versions.emplace(import.domain(), import.version());
      if (added) {
        *model->add_opset_import() = import;
      } else {
        import.set_version(entry->second);
      }
    }
  }
}

}  // namespace

Status InlineFunctions(onnx::ModelProto* model) {
  if (model->functions_size() == 0) return Status::Ok();
  SizeEstimator estimator(*model);
  ONNXIFI_ASSIGN_OR_RETURN(const Size size,
                           estimator.Measure(model->graph().node(), 0));
  const auto too_large = [](const std::string& limit) {
    return Invalid(
        StrCat("once its functions are inlined the model has more "
               "than ",
               limit, "; the limit"));
  };
  if (size.nodes > kMaxNodes) return too_large(StrCat(kMaxNodes, " nodes"));
  if (size.bytes > kMaxSkeletonBytes) {
    return too_large(StrCat(kMaxSkeletonBytes, " bytes beside tensor data"));
  }
  if (size.depth > kMaxSubgraphDepth) {
    return too_large(StrCat(kMaxSubgraphDepth, " nested subgraphs"));
  }
  AlignImports(model);
  AddNameCarriers(model);
  onnx::inliner::InlineLocalFunctions(*model, /*convert_version=*/false);
  TakeNameCarriers(model);
  model->clear_functions();
  return Status::Ok();
}

}  // namespace onnxifi::graph
