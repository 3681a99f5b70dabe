#ifndef ONNXIFI_PARTITIONER_TESTING_ORACLE_H_
#define ONNXIFI_PARTITIONER_TESTING_ORACLE_H_

#include <vector>

#include "partitioner/problem.h"

namespace onnxifi::partitioner::testing {

// The least launch cost of a placement over all orders. By trying them: up to
// 32 ops.
Ns ExactLaunch(const Problem& problem, const std::vector<int32_t>& home);

// The least cost over all placements without replicas and all orders: every
// assignment is tried or provably no better. Up to about 16 ops. `known` is
// the cost of some placement; it only saves time.
Ns ExactOptimum(const Problem& problem, Ns known);

}  // namespace onnxifi::partitioner::testing

#endif  // ONNXIFI_PARTITIONER_TESTING_ORACLE_H_
