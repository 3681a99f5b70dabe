#include "backends/opencl/kernels/gemm_node.h"

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/loop_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

int64_t GemmNode::products() const { return Product(batch); }

std::string GemmNode::AOffset() const {
  return OffsetText("z", batch, a_strides);
}

std::string GemmNode::BOffset() const {
  return OffsetText("z", batch, b_strides);
}

std::string GemmNode::AddendIndex(const std::string& row,
                                  const std::string& column) const {
  const size_t rank = batch.size();
  return StrCat(OffsetText("z", batch, addend_strides), " + ",
                addend_strides[rank], " * (", row, ") + ",
                addend_strides[rank + 1], " * (", column, ")");
}

std::vector<std::string> GemmNode::PlaceOf(const std::string& row,
                                           const std::string& column) const {
  std::vector<std::string> place(batch.size());
  int64_t below = 1;
  for (size_t d = place.size(); d-- > 0;) {
    place[d] = StrCat("(z / ", below, ") % ", batch[d]);
    below *= batch[d];
  }
  if (!vector_a) place.push_back(row);
  if (!vector_b) place.push_back(column);
  return place;
}

Status ReadMatMul(const PrepareContext& ctx, GemmNode* node,
                  graph::Shape* output, size_t second) {
  graph::Shape a = ctx.in(0).dims;
  graph::Shape b = ctx.in(second).dims;
  if (a.empty() || b.empty()) return ShapeError(ctx, "a factor is a scalar");
  const bool a_vector = a.size() == 1;
  const bool b_vector = b.size() == 1;
  node->vector_a = a_vector;
  node->vector_b = b_vector;
  if (a_vector) a.insert(a.begin(), 1);
  if (b_vector) b.push_back(1);
  node->m = a[a.size() - 2];
  node->k = a.back();
  node->n = b.back();
  if (b[b.size() - 2] != node->k) {
    return ShapeError(ctx, StrCat("cannot multiply ", ShapeText(ctx.in(0).dims),
                                  " by ", ShapeText(ctx.in(second).dims)));
  }
  const graph::Shape batches[] = {graph::Shape(a.begin(), a.end() - 2),
                                  graph::Shape(b.begin(), b.end() - 2)};
  ONNXIFI_ASSIGN_OR_RETURN(node->batch, BroadcastShape(ctx.node(), batches));
  node->a_strides = BroadcastStrides(batches[0], node->batch);
  node->b_strides = BroadcastStrides(batches[1], node->batch);
  for (int64_t& stride : node->a_strides) stride *= node->m * node->k;
  for (int64_t& stride : node->b_strides) stride *= node->k * node->n;
  *output = node->batch;
  if (!a_vector) output->push_back(node->m);
  if (!b_vector) output->push_back(node->n);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
