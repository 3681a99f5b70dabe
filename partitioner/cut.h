#ifndef ONNXIFI_PARTITIONER_CUT_H_
#define ONNXIFI_PARTITIONER_CUT_H_

#include "partitioner/placement.h"

namespace onnxifi::partitioner {

// Additions to the real costs that steer a cut.
struct CutOptions {
  // A share of the launch cost of a device, in quarters, is added to each copy
  // to it: a new run mostly begins where something is uploaded.
  int launch_quarters = 0;
  // [device] picoseconds for each byte of an op's weights; empty: none.
  std::vector<int64_t> weight_price;
};

// The best placement of all ops that are on devices a and b now, on these two
// devices, when the other ops stay: least execution plus copies, exactly, each
// tensor counted once to each device. Ties go to b. Launch costs are not part
// of it, and there are no replicas. Returns the placement's value in the cut
// by *value (with the additions), which is a lower bound for every placement
// of a problem with these two devices when nothing was added.
//
// The tensor's copies are hyperedges: a node of the network per tensor and
// direction, which pays when any reader is on the other side. Boykov and
// others, "Fast approximate energy minimization via graph cuts", name the move
// alpha-beta swap; it is exact here for any copy costs.
Placement SwapCut(const Problem& problem, const Links& links,
                  const Placement& placement, int32_t a, int32_t b,
                  const CutOptions& options, Ns* value);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_CUT_H_
