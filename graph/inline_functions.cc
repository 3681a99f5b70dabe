#include "graph/inline_functions.h"

#include <onnx/common/proto_util.h>
#include <onnx/inliner/inliner.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/str_cat.h"
#include "graph/limits.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// Counts the nodes of a graph after inlining, without inlining.
class SizeEstimator {
 public:
  explicit SizeEstimator(const onnx::ModelProto& model) {
    for (const auto& function : model.functions()) {
      functions_.emplace(onnx::GetFunctionImplId(function), &function);
    }
  }

  // Saturates above the limit.
  Result<int64_t> Count(const Nodes& nodes, int depth) {
    int64_t total = 0;
    for (const onnx::NodeProto& node : nodes) {
      ONNXIFI_ASSIGN_OR_RETURN(const int64_t size, NodeSize(node, depth));
      total = std::min(total + size, kMaxNodes + 1);
    }
    return total;
  }

 private:
  Result<int64_t> NodeSize(const onnx::NodeProto& node, int depth) {
    const std::string id = onnx::GetCalleeId(node);
    const auto callee = functions_.find(id);
    if (callee != functions_.end()) return Call(id, *callee->second, depth);
    int64_t total = 1;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_g()) {
        ONNXIFI_ASSIGN_OR_RETURN(const int64_t size,
                                 Count(attribute.g().node(), depth));
        total += size;
      }
      for (const onnx::GraphProto& body : attribute.graphs()) {
        ONNXIFI_ASSIGN_OR_RETURN(const int64_t size, Count(body.node(), depth));
        total += size;
      }
    }
    return total;
  }

  Result<int64_t> Call(const std::string& id,
                       const onnx::FunctionProto& function, int depth) {
    if (const auto known = sizes_.find(id); known != sizes_.end()) {
      return known->second;
    }
    if (!active_.insert(id).second) {
      return Invalid(StrCat("function ", Quoted(function.name()),
                            " calls itself, directly or through others"));
    }
    if (depth >= kMaxFunctionDepth) {
      return Invalid(StrCat("function ", Quoted(function.name()),
                            " is called deeper than the limit of ",
                            kMaxFunctionDepth));
    }
    ONNXIFI_ASSIGN_OR_RETURN(const int64_t size,
                             Count(function.node(), depth + 1));
    active_.erase(id);
    sizes_.emplace(id, size);
    return size;
  }

  std::unordered_map<std::string, const onnx::FunctionProto*> functions_;
  std::unordered_map<std::string, int64_t> sizes_;
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
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t nodes,
                           estimator.Count(model->graph().node(), 0));
  if (nodes > kMaxNodes) {
    return Invalid(StrCat("the model has more than ", kMaxNodes,
                          " nodes once its functions are inlined; the limit"));
  }
  AlignImports(model);
  onnx::inliner::InlineLocalFunctions(*model, /*convert_version=*/false);
  model->clear_functions();
  return Status::Ok();
}

}  // namespace onnxifi::graph
