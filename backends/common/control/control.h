#ifndef ONNXIFI_BACKENDS_COMMON_CONTROL_CONTROL_H_
#define ONNXIFI_BACKENDS_COMMON_CONTROL_CONTROL_H_

#include "backends/common/evaluate_context.h"
#include "backends/common/op_kernel.h"

namespace onnxifi::control {

// The operators that run bodies. They leave the work to the context's RunBody,
// so that they are the same wherever the bodies run. Stateless, thread-safe.
Reject SupportsIf(const NodeView& node);
Status EvaluateIf(EvaluateContext& ctx);
Reject SupportsLoop(const NodeView& node);
Status EvaluateLoop(EvaluateContext& ctx);
Reject SupportsScan(const NodeView& node);
Status EvaluateScan(EvaluateContext& ctx);
Status EvaluateScanOfBatches(EvaluateContext& ctx);
Reject SupportsSequenceMap(const NodeView& node);
Status EvaluateSequenceMap(EvaluateContext& ctx);

inline constexpr OpKernel kIf = {
    .op = "If", .supports = &SupportsIf, .evaluate = &EvaluateIf};
inline constexpr OpKernel kLoop = {
    .op = "Loop", .supports = &SupportsLoop, .evaluate = &EvaluateLoop};
inline constexpr OpKernel kScanOfBatches = {.op = "Scan",
                                            .max_opset = 8,
                                            .supports = &SupportsScan,
                                            .evaluate = &EvaluateScanOfBatches};
inline constexpr OpKernel kScan = {.op = "Scan",
                                   .min_opset = 9,
                                   .supports = &SupportsScan,
                                   .evaluate = &EvaluateScan};
inline constexpr OpKernel kSequenceMap = {.op = "SequenceMap",
                                          .supports = &SupportsSequenceMap,
                                          .evaluate = &EvaluateSequenceMap};

// The kernel of a node that is one of these; null for all others.
const OpKernel* FindKernel(const graph::Node& node);

}  // namespace onnxifi::control

#endif  // ONNXIFI_BACKENDS_COMMON_CONTROL_CONTROL_H_
