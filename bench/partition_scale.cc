// How long planning takes: random graphs of 1000, 10000 and 40000 ops on two
// devices, and a chain of 40000, on one core. Prints for each `OPS ops: S s,
// B bytes an op` and how much better the plan is than greedy.

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "partitioner/optimize.h"
#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

// Every op reads the one before it.
Problem Chain(int32_t ops) {
  Problem p = testing::RandomProblem({.ops = ops, .host_reads = false}, 5);
  for (int32_t v = 1; v < ops; ++v) {
    p.ops[static_cast<size_t>(v)].reads = {
        p.ops[static_cast<size_t>(v - 1)].writes[0]};
  }
  return p;
}

int64_t ResidentKib() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// In a process of its own, so that memory is that of one plan.
bool Measure(const char* name, const Problem& p) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child != 0) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  const int64_t before = ResidentKib();
  const auto start = std::chrono::steady_clock::now();
  const Result<Solution> solution = Optimize(p);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - start;
  if (!solution.ok()) {
    std::printf("%s: %s\n", solution.status().message().c_str(), name);
    std::_Exit(1);
  }
  const Ns greedy = solution->policies[1].cost.Total();
  std::printf(
      "%s of %zu ops: %.3f s, %.0f bytes an op, %zu runs, %.1f %% faster than "
      "greedy, %.2f %% above the lower bound\n",
      name, p.ops.size(), took.count(),
      static_cast<double>(ResidentKib() - before) * 1024 /
          static_cast<double>(p.ops.size()),
      solution->runs.size(),
      100 - 100.0 * static_cast<double>(solution->cost.Total()) /
                static_cast<double>(greedy),
      100.0 * static_cast<double>(solution->cost.Total()) /
              static_cast<double>(solution->lower_bound) -
          100);
  std::fflush(stdout);
  std::_Exit(0);
}

}  // namespace
}  // namespace onnxifi::partitioner

int main() {
  using namespace onnxifi::partitioner;  // NOLINT
  bool ok = true;
  for (const int32_t ops : {1000, 10'000, 40'000}) {
    ok = Measure("graph",
                 testing::RandomProblem({.ops = ops, .replicable = true}, 3)) &&
         ok;
  }
  ok = Measure("chain", Chain(40'000)) && ok;
  return ok ? 0 : 1;
}
