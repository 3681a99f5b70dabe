#ifndef ONNXIFI_PARTITIONER_WEIGHTS_H_
#define ONNXIFI_PARTITIONER_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "partitioner/placement.h"

namespace onnxifi::partitioner {

// Bytes of weights on each device, each weight once however many ops use it.
std::vector<int64_t> WeightBytes(const Problem& problem,
                                 const Placement& placement);

// [device] bytes beyond memory_limit, 0 where they fit.
std::vector<int64_t> ExcessBytes(const Problem& problem,
                                 const Placement& placement);

// Whether any device has a limit; without one nothing need be counted.
bool HasLimits(const Problem& problem);
bool WeightsFit(const Problem& problem, const Placement& placement);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_WEIGHTS_H_
