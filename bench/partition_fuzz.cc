// Whether a placement, whatever it is, can always be run: random graphs with
// every op on any device, cut into runs and followed step by step by a checker
// that shares nothing with what cuts.
//
//   partition_fuzz [GRAPHS [SEED]]   (default 10000 and 1)
//
// Prints `N graphs, R runs, C cycles`, where a cycle is anything that the
// checker refuses; exit status 1 when there is one.

#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "partitioner/plan.h"
#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

Placement AnyPlacement(const Problem& problem, std::mt19937_64& random) {
  Placement placement;
  for (size_t v = 0; v < problem.ops.size(); ++v) {
    placement.home.push_back(static_cast<int32_t>(
        random() % static_cast<uint64_t>(problem.devices)));
  }
  return placement;
}

struct Count {
  int64_t graphs = 0;
  int64_t runs = 0;
  int64_t cycles = 0;
};

void Try(uint64_t seed, Count* count) {
  std::mt19937_64 random(seed);
  const auto ops = static_cast<int32_t>(1 + random() % 60);
  const int devices = static_cast<int>(1 + random() % 5);
  const Problem problem = testing::RandomDag(ops, devices, seed);
  const Links links = MakeLinks(problem);
  const Placement placement = AnyPlacement(problem, random);
  const std::vector<Run> runs = RunBuilder(problem, links).Build(placement);
  const Status status =
      CheckPlan(problem, MakePlan(problem, links, placement, runs));
  ++count->graphs;
  count->runs += static_cast<int64_t>(runs.size());
  if (status.ok()) return;
  ++count->cycles;
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
              status.message().c_str());
}

}  // namespace
}  // namespace onnxifi::partitioner

int main(int argc, char** argv) {
  const long long graphs = argc > 1 ? std::atoll(argv[1]) : 10'000;
  const long long seed = argc > 2 ? std::atoll(argv[2]) : 1;
  onnxifi::partitioner::Count count;
  for (long long i = 0; i < graphs; ++i) {
    onnxifi::partitioner::Try(static_cast<uint64_t>(seed * 1'000'003 + i),
                              &count);
  }
  std::printf("%lld graphs, %lld runs, %lld cycles\n",
              static_cast<long long>(count.graphs),
              static_cast<long long>(count.runs),
              static_cast<long long>(count.cycles));
  return count.cycles == 0 ? 0 : 1;
}
