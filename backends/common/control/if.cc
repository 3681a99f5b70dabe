#include "backends/common/control/control.h"

#include <utility>

#include "backends/common/control/value_util.h"

namespace onnxifi::control {
namespace {

constexpr const char* kThen = "then_branch";
constexpr const char* kElse = "else_branch";

}  // namespace

Reject SupportsIf(const NodeView& n) {
  for (const char* branch : {kThen, kElse}) {
    Reject r = RequireBody(n, branch, 0, n.output_count());
    if (!r.supported()) return r;
  }
  return RequireTensorLike(n, 0);
}

Status EvaluateIf(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const bool condition,
                           OneBool(ctx, ctx.in(0), "the condition"));
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> results,
                           ctx.RunBody(condition ? kThen : kElse, {}));
  for (size_t o = 0; o < results.size(); ++o) {
    ctx.SetOutput(o, std::move(results[o]));
  }
  return Status::Ok();
}

}  // namespace onnxifi::control
