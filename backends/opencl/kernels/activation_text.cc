#include "backends/opencl/kernels/activation_text.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

// A choice by ?: takes vectors, too, and keeps a NaN.
std::string ActivationText(const Activation& activation, const std::string& x,
                           const std::string& type) {
  using Kind = Activation::Kind;
  const auto number = [&](float value) {
    return StrCat("(", type, ")(", FloatText(value), ")");
  };
  const std::string zero = number(0);
  const std::string one = number(1);
  const std::string alpha = number(activation.alpha);
  switch (activation.kind) {
    case Kind::kNone:
      return x;
    case Kind::kRelu:
      return StrCat("(", x, " < ", zero, " ? ",
                    activation.alpha == 0 ? zero : StrCat(alpha, " * ", x),
                    " : ", x, ")");
    case Kind::kClip:
      return StrCat("(", x, " < ", alpha, " ? ", alpha, " : (", x, " > ",
                    number(activation.beta), " ? ", number(activation.beta),
                    " : ", x, "))");
    case Kind::kSigmoid:
      return StrCat("(", one, " / (", one, " + exp(-", x, ")))");
    case Kind::kTanh:
      return StrCat("tanh(", x, ")");
    case Kind::kElu:
      return StrCat("(", x, " < ", zero, " ? ", alpha, " * expm1(", x,
                    ") : ", x, ")");
    case Kind::kHardSwish:
      return StrCat("(", x, " * clamp(", x, " / ", number(6), " + ",
                    number(0.5f), ", ", zero, ", ", one, "))");
    case Kind::kSwish:
      return StrCat("(", x, " / (", one, " + exp(-", x, ")))");
    case Kind::kGeluErf:
      return StrCat("(", number(0.5f), " * ", x, " * (", one, " + erf(", x,
                    " * ", number(0.70710678f), ")))");
    case Kind::kGeluTanh:
      return StrCat("(", number(0.5f), " * ", x, " * (", one, " + tanh(",
                    number(0.79788456f), " * (", x, " + ", number(0.044715f),
                    " * ", x, " * ", x, " * ", x, "))))");
    case Kind::kSoftplus:
      return StrCat("(log1p(exp(-fabs(", x, "))) + fmax(", x, ", ", zero, "))");
  }
  return x;
}

}  // namespace onnxifi::opencl
