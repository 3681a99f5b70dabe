#include "backends/opencl/fuse.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "backends/common/fusion/elementwise.h"
#include "backends/common/fusion/epilogue.h"
#include "backends/common/fusion/passes.h"
#include "backends/opencl/kernels/element_group.h"

namespace onnxifi::opencl {

void FuseElements(GraphEditor& editor) {
  ElementwisePolicy policy;
  policy.takes = [](const NodeView& node) {
    return ElementRuleOf(node) != nullptr;
  };
  FuseElementwise(editor, policy);
}

void FuseProducts(GraphEditor& editor) {
  EpiloguePolicy policy;
  policy.product = [](const NodeView& node) {
    static constexpr std::array<std::string_view, 3> kPlain = {"Conv", "Gemm",
                                                               "MatMul"};
    static constexpr std::array<std::string_view, 2> kFused = {"FusedConv",
                                                               "FusedMatMul"};
    const std::string& domain = node.node().domain;
    const auto in = [&](const auto& names) {
      return std::find(names.begin(), names.end(), node.node().op_type) !=
             names.end();
    };
    return domain.empty() ? in(kPlain) : domain == kFusedDomain && in(kFused);
  };
  policy.element = [](const NodeView& node) {
    return ElementRuleOf(node) != nullptr;
  };
  FuseEpilogues(editor, policy);
}

Status FuseGraph(graph::Graph& graph) {
  graph::RemoveDeadNodes(graph);
  GraphEditor editor(graph);
  RemoveNoOps(editor);
  FuseActivationPatterns(editor);
  FoldAffineIntoConv(editor);
  FuseConvTails(editor);
  FuseMatMulTails(editor);
  FuseElements(editor);
  FuseProducts(editor);
  editor.Finish();
  graph::RemoveDeadNodes(graph);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
