#ifndef ONNXIFI_PARTITIONER_TESTING_RANDOM_PROBLEM_H_
#define ONNXIFI_PARTITIONER_TESTING_RANDOM_PROBLEM_H_

#include <cstdint>

#include "partitioner/problem.h"

namespace onnxifi::partitioner::testing {

// Problems that look like networks: a main chain with branches and skips, a
// third of the ops heavy, some that an accelerator does not run, tensors of a
// few bytes to megabytes, links of a few microseconds and about 12 GB/s.
struct RandomOptions {
  int32_t ops = 14;
  int devices = 2;
  double unsupported = 0.12;  // of the ops, on each accelerator
  Ns launch = 30'000;
  bool host_reads = true;      // some ops read a small tensor in host memory
  bool replicable = false;     // small ops may run on several devices
  double host_only_extra = 0;  // ops that no accelerator runs
};
Problem RandomProblem(const RandomOptions& options, uint64_t seed);

// Any DAG: ops read whatever came before, also nothing, and write up to two
// tensors. Every op runs everywhere.
Problem RandomDag(int32_t ops, int devices, uint64_t seed);

}  // namespace onnxifi::partitioner::testing

#endif  // ONNXIFI_PARTITIONER_TESTING_RANDOM_PROBLEM_H_
