#ifndef ONNXIFI_BACKENDS_COMMON_FUSION_ACTIVATION_H_
#define ONNXIFI_BACKENDS_COMMON_FUSION_ACTIVATION_H_

#include <cstdint>
#include <optional>

#include "graph/graph.h"

namespace onnxifi {

// A function of one number that kernels apply to a result before they store
// it. Plain data.
struct Activation {
  enum class Kind : uint8_t {
    kNone,
    kRelu,  // alpha: slope below zero
    kClip,  // to [alpha, beta]
    kSigmoid,
    kTanh,
    kElu,        // alpha
    kHardSwish,  // x * clip(x / 6 + 1/2, 0, 1)
    kSwish,      // x * sigmoid(x)
    kGeluErf,
    kGeluTanh,
    kSoftplus,
  };
  Kind kind = Kind::kNone;
  float alpha = 0;
  float beta = 0;
};

float Apply(const Activation& activation, float x);

// f(0) == 0: zero padding stays zero.
bool KeepsZero(const Activation& activation);

// A clamp followed by a slope below zero expresses none, relu and clip.
struct ClampForm {
  float lo;
  float hi;
  float slope;
};
std::optional<ClampForm> AsClamp(const Activation& activation);

// How fused nodes carry an activation: attributes "activation" (its kind as
// a number), "activation_alpha" and "activation_beta".
void WriteActivation(const Activation& activation, graph::Node& node);
Activation ReadActivation(const graph::Node& node);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FUSION_ACTIVATION_H_
