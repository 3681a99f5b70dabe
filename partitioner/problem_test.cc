#include "partitioner/problem.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

// x -> op 0 -> y -> op 1 -> z
Problem Chain() {
  Problem p;
  p.devices = 2;
  p.ops.resize(2);
  p.ops[0] = {.reads = {0}, .writes = {1}};
  p.ops[1] = {.reads = {1}, .writes = {2}};
  p.tensors = {{100, false}, {2000, false}, {3000, true}};
  p.exec = {50, 10, 60, 20};
  p.launch = {0, 5};
  p.copy.resize(4);
  p.copy[1] = {7, 1000};
  p.copy[2] = {9, 500};
  p.memory_limit = {-1, -1};
  p.pins = {-1, -1};
  return p;
}

TEST(ProblemTest, CopiesCostLatencyAndBytes) {
  const Problem p = Chain();
  EXPECT_EQ(p.CopyNs(0, 0, 1000), 0);
  EXPECT_EQ(p.CopyNs(0, 1, 1000), 7 + 1000);
  EXPECT_EQ(p.CopyNs(1, 0, 1000), 9 + 500);
}

TEST(ProblemTest, LinksFollowTensors) {
  Problem p = Chain();
  p.ops.push_back({.reads = {0, 1}, .host_reads = {1}, .writes = {}});
  p.exec.insert(p.exec.end(), {1, 1});
  p.pins.push_back(-1);
  ASSERT_TRUE(CheckProblem(p).ok()) << CheckProblem(p).message();
  const Links links = MakeLinks(p);
  EXPECT_EQ(links.producer, (std::vector<int32_t>{-1, 0, 1}));
  EXPECT_EQ(links.readers[1], (std::vector<int32_t>{1, 2}));
  EXPECT_EQ(links.host_readers[1], (std::vector<int32_t>{2}));
  EXPECT_EQ(links.before[2], (std::vector<Link>{{0, false}, {0, true}}));
  EXPECT_EQ(links.after[0],
            (std::vector<Link>{{1, false}, {2, false}, {2, true}}));
}

TEST(ProblemTest, RefusesWhatIsNotValid) {
  using Spoil = std::function<void(Problem&)>;
  const std::vector<std::pair<Spoil, std::string>> cases = {
      {[](Problem& p) { p.devices = 0; }, "0 devices"},
      {[](Problem& p) { p.devices = 33; }, "33 devices"},
      {[](Problem& p) { p.exec.pop_back(); }, "exec has 3 entries, not 4"},
      {[](Problem& p) { p.launch.push_back(0); }, "launch has 3"},
      {[](Problem& p) { p.copy.pop_back(); }, "copy has 3"},
      {[](Problem& p) { p.memory_limit.clear(); }, "memory_limit has 0"},
      {[](Problem& p) { p.pins.clear(); }, "pins has 0"},
      {[](Problem& p) { p.launch[1] = -1; }, "launch time -1"},
      {[](Problem& p) { p.exec[2] = -5; }, "op 1 takes -5 ns"},
      {[](Problem& p) { p.exec[2] = kMaxNs + 1; }, "op 1 takes"},
      {[](Problem& p) { p.copy[1].latency = -1; }, "copy cost of -1"},
      {[](Problem& p) { p.copy[1].picoseconds = -1; }, "and -1 ps"},
      {[](Problem& p) { p.tensors[1].bytes = -1; }, "tensor 1 has -1"},
      {[](Problem& p) { p.weight_bytes = {-1}; }, "weight 0 has -1"},
      {[](Problem& p) { p.ops[0].reads = {9}; }, "op 0 names a tensor"},
      {[](Problem& p) { p.ops[0].writes = {-1}; }, "op 0 names a tensor"},
      {[](Problem& p) { p.ops[0].weights = {0}; }, "op 0 names a tensor"},
      {[](Problem& p) {
         p.ops[1].reads = {1, 1};
       },
       "one twice"},
      {[](Problem& p) { p.ops[0].reads = {2}; }, "before it is written"},
      {[](Problem& p) { p.ops[0].reads = {1}; }, "before it is written"},
      {[](Problem& p) { p.ops[1].writes = {1}; }, "written twice"},
      {[](Problem& p) { p.ops[1] = {.writes = {1}}; }, "written twice"},
      {[](Problem& p) { p.pins[0] = 2; }, "pinned to device 2"},
      {[](Problem& p) { p.exec[0] = p.exec[1] = kCannot; }, "runs op 0"},
      {[](Problem& p) {
         p.exec[1] = kCannot;
         p.pins[0] = 1;
       },
       "pinned to device 1"},
      {[](Problem& p) {
         p.tensors[1].bytes = int64_t{1} << 50;
         p.copy[1].picoseconds = int64_t{1} << 20;
       },
       "add up to more"},
  };
  for (const auto& [spoil, text] : cases) {
    Problem p = Chain();
    ASSERT_TRUE(CheckProblem(p).ok());
    spoil(p);
    const Status status = CheckProblem(p);
    EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL) << text;
    EXPECT_NE(status.message().find(text), std::string::npos)
        << status.message() << " / " << text;
  }
}

TEST(ProblemTest, RandomProblemsAreValid) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Status dag = CheckProblem(testing::RandomDag(40, 3, seed));
    EXPECT_TRUE(dag.ok()) << dag.message();
    const Status net =
        CheckProblem(testing::RandomProblem({.ops = 40, .devices = 3}, seed));
    EXPECT_TRUE(net.ok()) << net.message();
  }
}

}  // namespace
}  // namespace onnxifi::partitioner
