#include <utility>

#include "backends/cpu/kernels/value_util.h"

namespace onnxifi::cpu {
namespace {

constexpr const char* kThen = "then_branch";
constexpr const char* kElse = "else_branch";

Reject Supports(const NodeView& n) {
  for (const char* branch : {kThen, kElse}) {
    Reject r = RequireBody(n, branch, 0, n.output_count());
    if (!r.supported()) return r;
  }
  return RequireTensorLike(n, 0);
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const bool condition,
                           OneBool(ctx, ctx.in(0), "the condition"));
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> results,
                           ctx.RunBody(condition ? kThen : kElse, {}));
  for (size_t o = 0; o < results.size(); ++o) {
    ctx.SetOutput(o, std::move(results[o]));
  }
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(if,
                   {.op = "If", .supports = &Supports, .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
