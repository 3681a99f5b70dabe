#ifndef ONNXIFI_TESTS_SIM_CLAIMS_H_
#define ONNXIFI_TESTS_SIM_CLAIMS_H_

#include <cstdint>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/op_kernel.h"
#include "tests/sim/machine.h"

namespace onnxifi::sim {

// What a simulated device says of nodes. Refusals here come on top of those of
// the backend that does the work. Stateless, hence thread-safe.

// Whether the device's file refuses the node, or one in its bodies.
Reject Refusal(const DeviceSpec& spec, const NodeView& node);

// Fills in everything but `reject`, which is there, for all nodes.
void Describe(const DeviceSpec& spec, const graph::Graph& graph,
              std::vector<NodeSupport>* nodes);

// Nanoseconds of one run of the node; -1 when the file or the model does not
// tell.
int64_t NodeCostNs(const DeviceSpec& spec, const graph::Graph& graph,
                   const graph::Node& node);

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_CLAIMS_H_
