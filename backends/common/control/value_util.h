#ifndef ONNXIFI_BACKENDS_COMMON_CONTROL_VALUE_UTIL_H_
#define ONNXIFI_BACKENDS_COMMON_CONTROL_VALUE_UTIL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "backends/common/evaluate_context.h"

namespace onnxifi {

// Helpers of operators on sequences and optionals and of those that run
// bodies. Pure functions, thread-safe.

// Refuses input i when the model says that it is neither a tensor nor of a
// kind it does not tell.
Reject RequireTensorLike(const NodeView& node, size_t i);
// The same for sequences.
Reject RequireSequence(const NodeView& node, size_t i);
// `axis` in [-rank, rank) as an index; an error that names the node otherwise.
Result<size_t> AxisIndex(const NodeView& node, int64_t axis, size_t rank);

// Refuses unless the attribute holds a body of that many inputs and outputs.
Reject RequireBody(const NodeView& node, std::string_view attribute,
                   size_t inputs, size_t outputs);
// The body; null when there is none.
const graph::Graph* FindBody(const NodeView& node, std::string_view attribute);

// Input i as a sequence; an error that names it when it is something else.
Result<const std::vector<RunValue>*> SequenceIn(const EvaluateContext& ctx,
                                                size_t i);
// The one element of input i, of any rank.
Result<int64_t> OneInt(const EvaluateContext& ctx, size_t i);
Result<bool> OneBool(const EvaluateContext& ctx, const RunValue& value,
                     std::string_view what);

// The position that input i gives in a sequence of `size` elements, negative
// ones counted from the back; the last one when the input is absent. An error
// unless it is below `positions`.
Result<size_t> PositionIn(const EvaluateContext& ctx, size_t i, size_t size,
                          size_t positions);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_CONTROL_VALUE_UTIL_H_
