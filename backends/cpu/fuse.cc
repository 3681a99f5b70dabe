#include "backends/cpu/fuse.h"

#include "backends/common/fusion/passes.h"

namespace onnxifi::cpu {

Status FuseGraph(graph::Graph& graph) {
  graph::RemoveDeadNodes(graph);
  GraphEditor editor(graph);
  RemoveNoOps(editor);
  FuseActivationPatterns(editor);
  FoldAffineIntoConv(editor);
  FuseChannelAffine(editor);
  FuseConvTails(editor);
  FuseChannelShuffle(editor);
  FuseMatMulTails(editor);
  FuseSoftmaxInputs(editor);
  editor.Finish();
  graph::RemoveDeadNodes(graph);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
