#include "backends/cpu/kernels/recurrent_node.h"

namespace onnxifi::cpu {

namespace {

using Kind = GateRule::Kind;

UnaryOp OpOf(Kind kind) {
  switch (kind) {
    case Kind::kRelu:
      return UnaryOp::kRelu;
    case Kind::kTanh:
    case Kind::kScaledTanh:
      return UnaryOp::kTanh;
    case Kind::kSigmoid:
      return UnaryOp::kSigmoid;
    case Kind::kAffine:
      return UnaryOp::kAffine;
    case Kind::kLeakyRelu:
      return UnaryOp::kLeakyRelu;
    case Kind::kThresholdedRelu:
      return UnaryOp::kThresholdedRelu;
    case Kind::kHardSigmoid:
      return UnaryOp::kHardSigmoid;
    case Kind::kElu:
      return UnaryOp::kElu;
    case Kind::kSoftsign:
      return UnaryOp::kSoftsign;
    case Kind::kSoftplus:
      return UnaryOp::kSoftplus;
  }
  return UnaryOp::kTanh;
}

}  // namespace

bool FindGateFunctions(graph::DataType type, Recurrent* recurrent) {
  for (size_t d = 0; d < static_cast<size_t>(recurrent->directions); ++d) {
    for (size_t i = 0; i < recurrent->function_count(); ++i) {
      const GateRule& rule = recurrent->rules[d][i];
      GateFunction f;
      f.params.alpha = rule.alpha;
      f.params.beta = rule.beta;
      f.fn = FindUnary(OpOf(rule.kind), type);
      if (f.fn == nullptr) return false;
      if (rule.kind == Kind::kScaledTanh) {
        f.post = rule.alpha;
        f.pre = rule.beta;
      }
      recurrent->functions[d][i] = f;
    }
  }
  return true;
}

}  // namespace onnxifi::cpu
