#ifndef ONNXIFI_BACKENDS_COMMON_FUSION_PASSES_H_
#define ONNXIFI_BACKENDS_COMMON_FUSION_PASSES_H_

#include "backends/common/fusion/graph_editor.h"

namespace onnxifi {

// Domain of the operators that only fusion makes.
inline constexpr const char kFusedDomain[] = "onnxifi.fused";

// The rewriting passes, each complete in itself. They look for one pattern
// everywhere and leave the rest of the graph as it is.

// Identity, and Dropout outside training.
void RemoveNoOps(GraphEditor& editor);

// x * sigmoid(x), x * hard_sigmoid(x), and both forms of GELU written out in
// basic operators become Swish, HardSwish and Gelu.
void FuseActivationPatterns(GraphEditor& editor);

// Batch normalisation and constant factors and sums per channel, in a chain
// behind a convolution, go into its weights and bias.
void FoldAffineIntoConv(GraphEditor& editor);

// Such a chain elsewhere, with a clamp behind it, becomes one operator
// "ChannelAffine".
void FuseChannelAffine(GraphEditor& editor);

// A residual sum and an activation behind a convolution: "FusedConv".
void FuseConvTails(GraphEditor& editor);

// A channel shuffle between convolutions goes into the order in which the 1x1
// convolution behind the depthwise one reads its channels.
void FuseChannelShuffle(GraphEditor& editor);

// A constant row added to a product with a constant matrix, and an
// activation: "FusedMatMul"; an activation behind Gemm.
void FuseMatMulTails(GraphEditor& editor);

// A constant factor and an additive mask in front of Softmax over the last
// dimension: "MaskedSoftmax".
void FuseSoftmaxInputs(GraphEditor& editor);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FUSION_PASSES_H_
