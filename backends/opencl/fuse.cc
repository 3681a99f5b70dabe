#include "backends/opencl/fuse.h"

#include "backends/common/fusion/passes.h"

namespace onnxifi::opencl {

Status FuseGraph(graph::Graph& graph) {
  graph::RemoveDeadNodes(graph);
  GraphEditor editor(graph);
  RemoveNoOps(editor);
  FuseActivationPatterns(editor);
  FoldAffineIntoConv(editor);
  FuseConvTails(editor);
  FuseMatMulTails(editor);
  editor.Finish();
  graph::RemoveDeadNodes(graph);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
