#include "backends/opencl/kernels/gate_text.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

std::string GateText(const GateRule& rule, const std::string& x,
                     const std::string& type) {
  using Kind = GateRule::Kind;
  const std::string alpha = StrCat("(", type, ")", FloatText(rule.alpha));
  const std::string beta = StrCat("(", type, ")", FloatText(rule.beta));
  const std::string linear = StrCat("(", alpha, " * ", x, " + ", beta, ")");
  switch (rule.kind) {
    case Kind::kRelu:
      return StrCat("(", x, " < 0 ? 0 : ", x, ")");
    case Kind::kTanh:
      return StrCat("tanh(", x, ")");
    case Kind::kSigmoid:
      return StrCat("(1 / (1 + exp(-", x, ")))");
    case Kind::kAffine:
      return linear;
    case Kind::kLeakyRelu:
      return StrCat("(", x, " < 0 ? ", alpha, " * ", x, " : ", x, ")");
    case Kind::kThresholdedRelu:
      return StrCat("(", x, " > ", alpha, " ? ", x, " : 0)");
    case Kind::kScaledTanh:
      return StrCat("(", alpha, " * tanh(", beta, " * ", x, "))");
    case Kind::kHardSigmoid:
      return StrCat("(", linear, " < 0 ? 0 : ", linear, " > 1 ? 1 : ", linear,
                    ")");
    case Kind::kElu:
      return StrCat("(", x, " < 0 ? ", alpha, " * expm1(", x, ") : ", x, ")");
    case Kind::kSoftsign:
      return StrCat("(", x, " / (1 + fabs(", x, ")))");
    case Kind::kSoftplus:
      return StrCat("(log1p(exp(-fabs(", x, "))) + (", x, " > 0 ? ", x,
                    " : 0))");
  }
  return x;
}

}  // namespace onnxifi::opencl
