#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_POST_TRANSFORM_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_POST_TRANSFORM_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// What a model of ai.onnx.ml does to the scores of one row at the end. Values
// equal those of TreeEnsemble's attribute. All functions are pure.
enum class PostTransform : uint8_t {
  kNone = 0,
  kSoftmax = 1,
  kLogistic = 2,
  kSoftmaxZero = 3,
  kProbit = 4,
};

bool ParsePostTransform(std::string_view text, PostTransform* transform);
// The attribute post_transform; refused when it is none of them.
Reject RequirePostTransform(const NodeView& node);
PostTransform ReadPostTransform(const NodeView& node);

void ApplyPostTransform(PostTransform transform, std::span<double> scores);

// The scores of two classes from the one score `score` of the second. It is a
// probability (the first class gets 1 - score) or a margin (-score); as one of
// the two it goes into the transform.
void SplitScore(PostTransform transform, double score, bool is_probability,
                std::span<double, 2> scores);

double Logistic(double x);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_POST_TRANSFORM_H_
