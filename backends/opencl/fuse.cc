#include "backends/opencl/fuse.h"

#include "backends/common/fusion/elementwise.h"
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

Status FuseGraph(graph::Graph& graph) {
  graph::RemoveDeadNodes(graph);
  GraphEditor editor(graph);
  RemoveNoOps(editor);
  FuseActivationPatterns(editor);
  FoldAffineIntoConv(editor);
  FuseConvTails(editor);
  FuseMatMulTails(editor);
  FuseElements(editor);
  editor.Finish();
  graph::RemoveDeadNodes(graph);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
