// How often the partitioner finds the best placement there is: random graphs of
// up to 14 ops on two and three devices, against an exhaustive search over all
// assignments and orders.
//
//   partition_oracle [INSTANCES [SEED]]   (default 2000 and 1)
//
// Prints for each number of devices `N devices: I instances, P % optimal, worst
// W, mean M` (ratios to the optimum), and what simpler policies reach.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "partitioner/optimize.h"
#include "partitioner/testing/oracle.h"
#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

struct Score {
  int count = 0;
  int optimal = 0;
  double worst = 1;
  double sum = 0;

  void Add(Ns cost, Ns best) {
    const double ratio =
        best == 0 ? 1 : static_cast<double>(cost) / static_cast<double>(best);
    ++count;
    optimal += cost == best ? 1 : 0;
    worst = std::max(worst, ratio);
    sum += ratio;
  }
};

void Print(const std::string& name, const Score& score) {
  std::printf("%s: %d instances, %.2f %% optimal, worst %.3f, mean %.4f\n",
              name.c_str(), score.count, 100.0 * score.optimal / score.count,
              score.worst, score.sum / score.count);
}

// Graphs of 6 to 14 ops, 5 to 30 % unsupported, launches of 0 to 100 us.
Problem Instance(int devices, uint64_t seed) {
  constexpr double kUnsupported[] = {0.05, 0.12, 0.25, 0.3};
  constexpr Ns kLaunch[] = {0, 10'000, 30'000, 100'000};
  return testing::RandomProblem({.ops = 6 + static_cast<int32_t>(seed % 9),
                                 .devices = devices,
                                 .unsupported = kUnsupported[seed / 9 % 4],
                                 .launch = kLaunch[seed / 36 % 4]},
                                seed * 7919);
}

bool Compare(int devices, int instances, uint64_t seed) {
  Score ours;
  std::map<std::string, Score> others;
  for (int i = 0; i < instances; ++i) {
    const Problem p = Instance(devices, seed + static_cast<uint64_t>(i));
    const Result<Solution> solution = Optimize(p, {.replicate = false});
    if (!solution.ok()) {
      std::printf("instance %d: %s\n", i, solution.status().message().c_str());
      return false;
    }
    const Ns best = testing::ExactOptimum(p, solution->cost.Total());
    ours.Add(solution->cost.Total(), best);
    for (const Policy& policy : solution->policies) {
      others[policy.name].Add(policy.cost.Total(), best);
    }
  }
  Print(std::to_string(devices) + " devices", ours);
  for (const auto& [name, score] : others) Print("    " + name, score);
  return true;
}

}  // namespace
}  // namespace onnxifi::partitioner

int main(int argc, char** argv) {
  const int instances = argc > 1 ? std::atoi(argv[1]) : 2000;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  if (instances < 1) {
    std::fprintf(stderr, "usage: partition_oracle [INSTANCES [SEED]]\n");
    return 2;
  }
  using onnxifi::partitioner::Compare;
  return Compare(2, instances, seed) && Compare(3, instances, seed) ? 0 : 1;
}
