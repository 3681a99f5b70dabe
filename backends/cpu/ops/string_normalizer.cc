#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/cpu/kernels/case_map.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/string_tensor.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::StringRef;
using graph::TensorData;

// What the attributes say; made once per compiled graph.
struct Rules {
  CaseChange change = CaseChange::kNone;
  bool turkic = false;
  bool case_sensitive = false;
  std::unordered_set<std::string> stop_words;  // lower case unless sensitive

  bool IsStopWord(StringRef text) const {
    if (stop_words.empty()) return false;
    return stop_words.contains(
        case_sensitive ? std::string(text)
                       : ChangeCase(text, CaseChange::kLower, turkic));
  }
};

bool ParseChange(std::string_view text, CaseChange* change) {
  if (text == "NONE") {
    *change = CaseChange::kNone;
  } else if (text == "LOWER") {
    *change = CaseChange::kLower;
  } else if (text == "UPPER") {
    *change = CaseChange::kUpper;
  } else {
    return false;
  }
  return true;
}

Reject Supports(const NodeView& n) {
  CaseChange change;
  const auto action = n.attrs().String("case_change_action", "NONE");
  if (!ParseChange(action, &change)) {
    return {RejectReason::kAttribute, StrCat("case_change_action ", action)};
  }
  if (Reject r = RequireType(n, 0, {DataType::kString}); !r.supported()) {
    return r;
  }
  return RequireRankAtMost(n, 0, 2);
}

Result<std::shared_ptr<const Rules>> MakeRules(const NodeView& n) {
  auto rules = std::make_shared<Rules>();
  const graph::AttrReader attrs = n.attrs();
  ParseChange(attrs.String("case_change_action", "NONE"), &rules->change);
  rules->turkic = IsTurkicLocale(attrs.String("locale", ""));
  rules->case_sensitive = attrs.Int("is_case_sensitive", 0) != 0;
  if (const graph::Attribute* words = attrs.Find("stopwords")) {
    for (const std::string& word : words->strings) {
      rules->stop_words.insert(
          rules->case_sensitive
              ? word
              : ChangeCase(word, CaseChange::kLower, rules->turkic));
    }
  }
  return std::shared_ptr<const Rules>(std::move(rules));
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* in,
                           ctx.Tensor(0, DataType::kString));
  Shape dims = in->dims;
  if (dims.empty() || dims.size() > 2 || (dims.size() == 2 && dims[0] != 1)) {
    return ctx.Error(
        ONNXIFI_STATUS_MISMATCHING_SHAPE,
        StrCat("the input is ", ShapeText(dims), "; it must be [C] or [1, C]"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const std::shared_ptr<const Rules> rules,
                           ctx.packed().GetOrMake<Rules>(
                               NodeKey(ctx), [&] { return MakeRules(ctx); }));
  std::vector<std::string> kept;
  for (const StringRef text : Strings(*in)) {
    if (rules->IsStopWord(text)) continue;
    kept.push_back(ChangeCase(text, rules->change, rules->turkic));
  }
  if (kept.empty()) kept.emplace_back();
  dims.back() = static_cast<int64_t>(kept.size());
  ctx.SetStrings(0, std::move(kept), std::move(dims));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(string_normalizer, {.op = "StringNormalizer",
                                       .supports = &Supports,
                                       .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
