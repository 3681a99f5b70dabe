#ifndef ONNXIFI_BACKENDS_COMMON_OPS_CONV_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_CONV_NODE_H_

#include <vector>

#include "backends/common/fusion/activation.h"
#include "backends/common/op_kernel.h"
#include "backends/common/ops/window.h"

namespace onnxifi {

// One convolution node with everything that is known before the run. Inputs
// of the node: 0 data, 1 weights, 2 bias (optional), 3 residual (optional,
// only on fused nodes).
struct ConvNode {
  Window window;
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  bool residual = false;
  Activation activation;
  // Factors of the weights per output channel; empty: 1.
  std::vector<float> weight_scale;
  // Where logical input channel i lies; empty: in order.
  std::vector<int64_t> input_order;
};

// Checks shapes and attributes; errors name the node.
Result<ConvNode> ReadConvNode(const PrepareContext& ctx);
// The same for a transposed convolution.
Result<ConvNode> ReadTransposedConvNode(const PrepareContext& ctx);
// The sizes only, of a convolution of input 0 whose weights are input `weights`.
Result<ConvNode> ReadConvSizes(const PrepareContext& ctx, size_t weights);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_CONV_NODE_H_
