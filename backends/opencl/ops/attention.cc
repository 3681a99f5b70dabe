#include "backends/opencl/kernels/attention.h"

#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using enum AttentionNode::Input;
using Kind = HeadsPlace::Kind;

Reject Supports(const NodeView& node) {
  for (const size_t i : {kQ, kK, kV, kPastKey, kPastValue}) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  if (Reject r = RequireTypes(node, kMask, kFloatTypes | kBoolType);
      !r.supported()) {
    return r;
  }
  if (Reject r = RequireType(node, kLengths, {DataType::kInt64});
      !r.supported()) {
    return r;
  }
  return SupportsAttention(node);
}

// Keys or values: input `fresh`, behind the cache in input `cache` if there is
// one, as output `o` if that is wanted.
struct Joined {
  size_t fresh;
  size_t cache;
  size_t o;
  int64_t width;
};

// Brings both parts together, where they do not lie so already.
HeadsPlace Join(PrepareContext& ctx, const AttentionNode& node, const Joined& j,
                size_t* scratch, std::vector<Launch>* launches) {
  const TensorDesc& desc = ctx.in(j.fresh);
  const int64_t added = node.keys - node.past;
  const HeadsPlace from =
      PlaceHeads(Kind::kInput, j.fresh, desc, node.kv_heads, added, j.width);
  if (node.past == 0 && !ctx.HasOutput(j.o)) return from;
  const TensorDesc joined = {desc.type,
                             {node.batch, node.kv_heads, node.keys, j.width}};
  const Kind kind = ctx.HasOutput(j.o) ? Kind::kOutput : Kind::kScratch;
  const HeadsPlace to = PlaceHeads(kind, kind == Kind::kOutput ? j.o : *scratch,
                                   joined, node.kv_heads, node.keys, j.width);
  const char* const unit = UnitOf(desc.type);
  KernelText kernel;
  std::string body = "    y[i] = ";
  if (node.past > 0) {
    kernel.InAs("past", unit, j.cache);
    body += StrCat("c2 < ", node.past, " ? past[((c0 * ", node.kv_heads,
                   "L + c1) * ", node.past, " + c2) * ", j.width, " + j] : ");
  }
  kernel.InAs("x", unit, j.fresh);
  body += StrCat("x[c0 * ", from.batch_stride, "L + c1 * ", from.head_stride,
                 "L + (c2 - ", node.past, ") * ", from.row_stride, "L + j];");
  if (kind == Kind::kOutput) {
    kernel.OutAs("y", unit, j.o);
  } else {
    kernel.Scratch("y", unit, *scratch);
    const auto bytes =
        static_cast<size_t>(Product(joined.dims) * ElementBytes(desc.type));
    *scratch += (bytes + 63) / 64 * 64;
    ctx.BookScratch(*scratch);
  }
  launches->push_back(MakeRowLoop(FactsOf(ctx), std::move(kernel),
                                  {{node.batch, node.kv_heads, node.keys}},
                                  j.width, "", body));
  return to;
}

Status Prepare(PrepareContext& ctx) {
  AttentionPlan plan;
  ONNXIFI_ASSIGN_OR_RETURN(plan.node, ReadAttention(ctx));
  const AttentionNode& node = plan.node;
  ONNXIFI_RETURN_IF_ERROR(SetAttentionOutputs(ctx, node));
  std::vector<Launch> launches;
  plan.k =
      Join(ctx, node, {kK, kPastKey, 1, node.width}, &plan.scratch, &launches);
  plan.v = Join(ctx, node, {kV, kPastValue, 2, node.v_width}, &plan.scratch,
                &launches);
  const TensorDesc q = ctx.in(kQ);
  plan.q = PlaceHeads(Kind::kInput, kQ, q, node.q_heads, node.rows, node.width);
  plan.y =
      PlaceHeads(Kind::kOutput, 0, q, node.q_heads, node.rows, node.v_width);
  const bool wide =
      q.type == DataType::kDouble || ctx.in(kV).type == DataType::kDouble;
  plan.compute = wide ? DataType::kDouble : DataType::kFloat;
  plan.mask = ctx.HasInput(kMask);
  if (plan.mask) plan.mask_type = ctx.in(kMask).type;
  plan.lengths = ctx.HasInput(kLengths);
  plan.scores = ctx.HasOutput(3);
  AddAttention(ctx, plan, &launches);
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(attention, {.op = "Attention",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::opencl
