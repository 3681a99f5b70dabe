#include "backends/hetero/buffer_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace onnxifi::hetero {
namespace {

using graph::ValueId;
using Steps = std::vector<size_t>;
using Ids = std::vector<ValueId>;

constexpr size_t kBytes = 256;  // of each value

// A graph of values only; value 0 is its input.
graph::Graph GraphOf(size_t values, const Ids& outputs) {
  graph::Graph graph;
  for (size_t v = 0; v < values; ++v) {
    graph::Value value;
    value.name = std::to_string(v);
    value.kind = graph::Value::Kind::kTensor;
    value.type = graph::DataType::kFloat;
    value.has_shape = true;
    value.dims = {64};
    graph.values.push_back(value);
  }
  graph.inputs = {0};
  graph.outputs = outputs;
  return graph;
}

// Step i makes value i + 1 of value i, in memory memories[i].
std::vector<MemoryUser> Chain(const Steps& memories) {
  std::vector<MemoryUser> steps;
  for (size_t i = 0; i < memories.size(); ++i) {
    const auto id = static_cast<ValueId>(i);
    steps.push_back({memories[i], {id}, {id + 1}});
  }
  return steps;
}

BufferPlan Plan(const graph::Graph& graph, const std::vector<MemoryUser>& steps,
                size_t memories) {
  Result<BufferPlan> plan = PlanBuffers(graph, steps, memories);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  return plan.ok() ? std::move(*plan) : BufferPlan();
}

TEST(BufferPlanTest, AChainOnTheHostNeedsTwoPlaces) {
  const BufferPlan plan = Plan(GraphOf(7, {6}), Chain({0, 0, 0, 0, 0, 0}), 1);
  const Arena& host = plan.arenas[0];
  EXPECT_EQ(host.bytes, 2 * kBytes);
  EXPECT_EQ(host.unshared_bytes, 5 * kBytes);
  EXPECT_EQ(host.offsets[0], Arena::kNowhere);  // the client's
  EXPECT_EQ(host.offsets[6], Arena::kNowhere);
  EXPECT_NE(host.offsets[1], host.offsets[2]);
  EXPECT_EQ(host.offsets[1], host.offsets[3]);
  EXPECT_EQ(plan.steps[3].waits_for, (Steps{2}));
  EXPECT_TRUE(plan.steps[3].behind.empty());
}

TEST(BufferPlanTest, WhatStaysOnADeviceIsNotCopied) {
  const BufferPlan plan = Plan(GraphOf(4, {3}), Chain({1, 1, 1}), 2);
  EXPECT_EQ(plan.steps[0].uploads, (Ids{0}));
  EXPECT_TRUE(plan.steps[0].downloads.empty());
  EXPECT_TRUE(plan.steps[1].uploads.empty());
  EXPECT_TRUE(plan.steps[1].downloads.empty());
  EXPECT_EQ(plan.steps[1].behind, (Steps{0}));
  EXPECT_TRUE(plan.steps[1].waits_for.empty());
  EXPECT_TRUE(plan.steps[2].uploads.empty());
  EXPECT_EQ(plan.steps[2].downloads, (Ids{3}));
  EXPECT_EQ(plan.arenas[0].bytes, 0u);
  EXPECT_EQ(plan.arenas[1].bytes, 2 * kBytes);
  EXPECT_EQ(plan.arenas[1].unshared_bytes, 4 * kBytes);
}

TEST(BufferPlanTest, BetweenTwoDevicesIsTheHost) {
  const BufferPlan plan = Plan(GraphOf(3, {2}), Chain({1, 2}), 3);
  EXPECT_EQ(plan.steps[0].downloads, (Ids{1}));
  EXPECT_EQ(plan.steps[1].uploads, (Ids{1}));
  EXPECT_EQ(plan.steps[1].waits_for, (Steps{0}));
  EXPECT_EQ(plan.arenas[0].bytes, kBytes);
  EXPECT_NE(plan.arenas[0].offsets[1], Arena::kNowhere);
  EXPECT_NE(plan.arenas[1].offsets[1], Arena::kNowhere);
  EXPECT_NE(plan.arenas[2].offsets[1], Arena::kNowhere);
}

// The input and value 1, which the host makes, are read three times on 1.
TEST(BufferPlanTest, EachValueIsBroughtOnce) {
  const std::vector<MemoryUser> steps = {{0, {0}, {1}},
                                         {1, {0, 1}, {2}},
                                         {1, {1, 0}, {3}},
                                         {1, {0, 1, 2}, {4}},
                                         {0, {1, 3, 4}, {5}}};
  const BufferPlan plan = Plan(GraphOf(6, {5}), steps, 2);
  EXPECT_EQ(plan.steps[1].uploads, (Ids{0, 1}));
  EXPECT_EQ(plan.steps[1].waits_for, (Steps{0}));
  EXPECT_TRUE(plan.steps[2].uploads.empty());
  EXPECT_EQ(plan.steps[2].behind_uploads, (Steps{1}));
  EXPECT_TRUE(plan.steps[2].waits_for.empty());
  EXPECT_TRUE(plan.steps[3].uploads.empty());
  EXPECT_EQ(plan.steps[3].behind, (Steps{1}));
  EXPECT_EQ(plan.steps[3].behind_uploads, (Steps{1}));
  EXPECT_TRUE(plan.steps[1].downloads.empty());
  EXPECT_EQ(plan.steps[2].downloads, (Ids{3}));
  EXPECT_EQ(plan.steps[3].downloads, (Ids{4}));
  EXPECT_EQ(plan.steps[4].waits_for, (Steps{0, 2, 3}));
}

TEST(BufferPlanTest, OutputsStayOnTheDeviceUntilTheEnd) {
  // 1 goes to the client, at the end; nobody waits for that copy before.
  const BufferPlan plan = Plan(GraphOf(6, {1, 5}), Chain({1, 1, 1, 1, 1}), 2);
  EXPECT_EQ(plan.steps[0].downloads, (Ids{1}));
  for (size_t v = 2; v < 6; ++v) {
    EXPECT_NE(plan.arenas[1].offsets[v], plan.arenas[1].offsets[1]) << v;
  }
}

// Two branches of one value run at the same time: what one is done with, the
// other must not take.
TEST(BufferPlanTest, BranchesDoNotShare) {
  const std::vector<MemoryUser> steps = {{0, {0}, {1}}, {0, {1}, {2}},
                                         {0, {2}, {3}}, {0, {1}, {4}},
                                         {0, {4}, {5}}, {0, {3, 5}, {6}}};
  const BufferPlan plan = Plan(GraphOf(7, {6}), steps, 1);
  const std::vector<size_t>& at = plan.arenas[0].offsets;
  for (const size_t one : {2, 3}) {
    for (const size_t other : {4, 5}) EXPECT_NE(at[one], at[other]);
  }
}

// What PlanBuffers promises, by brute force: for all pairs of values that share
// bytes, one is written by a step that comes after all users of the other.
class Checker {
 public:
  Checker(const graph::Graph& graph, const std::vector<MemoryUser>& steps,
          const BufferPlan& plan)
      : graph_(graph), steps_(steps), plan_(plan) {
    const size_t n = steps.size();
    before_.assign(n, std::vector<bool>(n, false));
    for (size_t s = 0; s < n; ++s) {
      for (const auto* list :
           {&plan.steps[s].waits_for, &plan.steps[s].behind}) {
        for (const size_t from : *list) {
          before_[s][from] = true;
          for (size_t i = 0; i < n; ++i) {
            if (before_[from][i]) before_[s][i] = true;
          }
        }
      }
    }
  }

  // Every read has its value there; returns the number of copies.
  size_t CheckReads() {
    size_t copies = 0;
    for (size_t s = 0; s < steps_.size(); ++s) {
      const size_t memory = steps_[s].memory;
      copies += plan_.steps[s].uploads.size() + plan_.steps[s].downloads.size();
      for (const ValueId id : steps_[s].inputs) {
        const size_t maker = MakerOf(id);
        const auto& up = plan_.steps[s].uploads;
        const bool here =
            maker < steps_.size() && steps_[maker].memory == memory;
        if (memory == 0 || std::count(up.begin(), up.end(), id) > 0) {
          EXPECT_TRUE(maker == steps_.size() || before_[s][maker]);
        } else if (here) {
          EXPECT_TRUE(before_[s][maker]);
        } else {
          EXPECT_TRUE(BroughtBefore(s, id)) << "step " << s << " value " << id;
        }
      }
    }
    return copies;
  }

  void CheckSharing() {
    for (size_t m = 0; m < plan_.arenas.size(); ++m) {
      const std::vector<size_t>& at = plan_.arenas[m].offsets;
      for (size_t a = 0; a < at.size(); ++a) {
        for (size_t b = a + 1; b < at.size(); ++b) {
          if (at[a] == Arena::kNowhere || at[b] == Arena::kNowhere) continue;
          if (at[a] + kBytes <= at[b] || at[b] + kBytes <= at[a]) continue;
          EXPECT_TRUE(After(m, a, b) || After(m, b, a))
              << "memory " << m << ": values " << a << " and " << b;
        }
      }
    }
  }

 private:
  size_t MakerOf(ValueId id) const {
    for (size_t s = 0; s < steps_.size(); ++s) {
      const Ids& out = steps_[s].outputs;
      if (std::count(out.begin(), out.end(), id) > 0) return s;
    }
    return steps_.size();
  }
  bool BroughtBefore(size_t s, ValueId id) const {
    for (const size_t from : plan_.steps[s].behind_uploads) {
      const Ids& up = plan_.steps[from].uploads;
      if (std::count(up.begin(), up.end(), id) > 0) return true;
    }
    return false;
  }
  // Steps that touch the value's place; where[0] writes first.
  Steps Users(size_t memory, size_t value) const {
    const auto id = static_cast<ValueId>(value);
    Steps users;
    for (size_t s = 0; s < steps_.size(); ++s) {
      const auto has = [id](const Ids& list) {
        return std::count(list.begin(), list.end(), id) > 0;
      };
      const bool own = steps_[s].memory == memory;
      const bool touches = own ? has(steps_[s].inputs) || has(steps_[s].outputs)
                               : memory == 0 && (has(plan_.steps[s].uploads) ||
                                                 has(plan_.steps[s].downloads));
      if (touches) users.push_back(s);
    }
    return users;
  }
  // The copy of `a` to elsewhere has ended when whoever needs it there starts.
  bool CopiedBefore(size_t memory, size_t a, size_t step) const {
    const auto id = static_cast<ValueId>(a);
    const size_t maker = MakerOf(id);
    if (memory == 0 || maker == steps_.size() ||
        steps_[maker].memory != memory) {
      return true;
    }
    const Ids& down = plan_.steps[maker].downloads;
    if (std::count(down.begin(), down.end(), id) == 0) return true;
    for (size_t s = 0; s < steps_.size(); ++s) {
      const auto& waits = plan_.steps[s].waits_for;
      const bool waited = std::count(waits.begin(), waits.end(), maker) > 0;
      if (waited && (s == step || before_[step][s])) return true;
    }
    return false;
  }
  bool After(size_t memory, size_t a, size_t b) const {
    const Steps first = Users(memory, a);
    const Steps second = Users(memory, b);
    return std::all_of(first.begin(), first.end(),
                       [&](size_t s) { return before_[second.front()][s]; }) &&
           CopiedBefore(memory, a, second.front());
  }

  const graph::Graph& graph_;
  const std::vector<MemoryUser>& steps_;
  const BufferPlan& plan_;
  std::vector<std::vector<bool>> before_;  // [step][step]
};

TEST(BufferPlanTest, RandomGraphsKeepWhatIsPromised) {
  std::mt19937 random(5);
  const auto below = [&random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  size_t shared = 0;
  for (int round = 0; round < 300; ++round) {
    const size_t memories = 1 + below(4);
    const size_t count = 2 + below(25);
    std::vector<MemoryUser> steps;
    ValueId next = 1;
    for (size_t s = 0; s < count; ++s) {
      MemoryUser step;
      step.memory = below(memories);
      for (size_t i = 0; i < 1 + below(3); ++i) {
        // Mostly what has just been made.
        const auto span = static_cast<size_t>(next);
        const size_t back = below(4) == 0 ? span : std::min<size_t>(span, 3);
        step.inputs.push_back(static_cast<ValueId>(span - 1 - below(back)));
      }
      for (size_t i = 0; i < 1 + below(2); ++i) step.outputs.push_back(next++);
      steps.push_back(step);
    }
    const graph::Graph graph = GraphOf(
        static_cast<size_t>(next),
        {next - 1, static_cast<ValueId>(below(static_cast<size_t>(next)))});
    const BufferPlan plan = Plan(graph, steps, memories);
    Checker checker(graph, steps, plan);
    checker.CheckReads();
    checker.CheckSharing();
    for (const Arena& arena : plan.arenas) {
      EXPECT_LE(arena.bytes, arena.unshared_bytes);
      shared += arena.unshared_bytes - arena.bytes;
    }
    ASSERT_FALSE(testing::Test::HasFailure()) << "round " << round;
  }
  EXPECT_GT(shared, 0u);
}

TEST(BufferPlanTest, SizesThatCannotBe) {
  graph::Graph graph = GraphOf(4, {3});
  for (size_t v = 1; v < 3; ++v) graph.values[v].dims = {int64_t{1} << 60};
  const auto plan = PlanBuffers(graph, Chain({0, 0, 0}), 1);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
}

}  // namespace
}  // namespace onnxifi::hetero
