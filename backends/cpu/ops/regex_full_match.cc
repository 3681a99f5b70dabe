#include <re2/re2.h>

#include <string>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/string_tensor.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::StringRef;
using graph::TensorData;

constexpr int64_t kGrain = 64;  // strings a thread should at least get

std::shared_ptr<const RE2> Compile(const NodeView& n) {
  const std::string_view pattern = n.attrs().String("pattern", "");
  RE2::Options options;
  options.set_log_errors(false);
  return std::make_shared<const RE2>(
      re2::StringPiece(pattern.data(), pattern.size()), options);
}

Reject Supports(const NodeView& n) {
  const graph::Attribute* pattern = n.attrs().Find("pattern");
  if (pattern == nullptr || pattern->kind != graph::Attribute::Kind::kString) {
    return {RejectReason::kAttribute, "pattern is missing"};
  }
  if (Reject r = RequireType(n, 0, {DataType::kString}); !r.supported()) {
    return r;
  }
  const std::shared_ptr<const RE2> re = Compile(n);
  if (re->ok()) return {};
  return {RejectReason::kAttribute,
          StrCat("pattern '", pattern->s, "': ", re->error())};
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* in,
                           ctx.Tensor(0, DataType::kString));
  ONNXIFI_ASSIGN_OR_RETURN(
      const std::shared_ptr<const RE2> re,
      ctx.packed().GetOrMake<RE2>(NodeKey(ctx),
                                  [&]() -> Result<std::shared_ptr<const RE2>> {
                                    return Compile(ctx);
                                  }));
  const std::span<const StringRef> texts = Strings(*in);
  ONNXIFI_ASSIGN_OR_RETURN(bool* const matches,
                           ctx.MakeOutput<bool>(0, DataType::kBool, in->dims));
  ctx.pool().ParallelRange(
      static_cast<int64_t>(texts.size()), kGrain,
      [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end);
             ++i) {
          matches[i] = RE2::FullMatch(
              re2::StringPiece(texts[i].data(), texts[i].size()), *re);
        }
      });
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(regex_full_match, {.op = "RegexFullMatch",
                                      .supports = &Supports,
                                      .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
