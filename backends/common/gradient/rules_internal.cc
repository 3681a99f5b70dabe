// The operators of kDomain, so that derivatives have derivatives.
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

Status ReduceToRule(RuleContext& r) {
  if (r.Wants(0)) r.Give(0, ExpandTo(r.grad(0), r.in(0)));
  return Status::Ok();
}

Status ExpandToRule(RuleContext& r) {
  if (r.Wants(0)) r.Give(0, ReduceTo(r.grad(0), r.in(0)));
  return Status::Ok();
}

Status CropToRule(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  std::vector<int64_t> back;
  for (const int64_t offset : r.attrs().Ints("offsets")) {
    back.push_back(-offset);
  }
  r.Give(0, CropTo(r.grad(0), r.in(0), back));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"ReduceTo", &ReduceToRule},
    {"ExpandTo", &ExpandToRule},
    {"CropTo", &CropToRule},
};

}  // namespace

std::span<const Rule> InternalRules() { return kRules; }

}  // namespace onnxifi::gradient
