#include "backends/common/run_control.h"

#include <gtest/gtest.h>

#include <thread>

#include "backends/common/serial_lock.h"
#include "backends/common/testing/value_graph_kit.h"
#include "base/futex.h"

namespace onnxifi {
namespace {

using graph::Shape;
using testing::FloatsOf;
using testing::FloatTensor;
using testing::GraphMaker;
using Floats = std::vector<float>;

// x + 3 by a program for any shapes or for one shape.
void MakePlanned(Shape shape, GraphMaker& g) {
  g.Input("x", std::move(shape));
  g.Op("AddOne", {"x"}, "a").Op("AddOne", {"a"}, "b").Op("AddOne", {"b"}, "y");
  g.Output("y");
}

onnxStatus RunProgram(Executable& program, Floats x, Floats* y) {
  y->assign(x.size(), 0);
  const void* in = x.data();
  void* out = y->data();
  return program.Run({&in, 1}, {&out, 1});
}

TEST(RunControlTest, TheFirstReasonToStopCounts) {
  RunControl control;
  EXPECT_EQ(control.StopCode(), ONNXIFI_STATUS_SUCCESS);
  control.deadline_ns = NowNs() + int64_t{3600} * 1000000000;
  EXPECT_EQ(control.StopCode(), ONNXIFI_STATUS_SUCCESS);
  control.Stop(ONNXIFI_STATUS_CANCELLED);
  control.deadline_ns = 1;
  EXPECT_EQ(control.StopCode(), ONNXIFI_STATUS_CANCELLED);
  RunControl late;
  late.deadline_ns = 1;
  EXPECT_EQ(late.StopCode(), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  EXPECT_TRUE(StoppedStatus(ONNXIFI_STATUS_SUCCESS).ok());
}

TEST(RunControlTest, ScopesAreNested) {
  EXPECT_EQ(RunControl::Current(), nullptr);
  RunControl outer;
  Status failure;
  const RunControl::Scope scope(&outer, &failure);
  {
    const RunControl::Scope inner(nullptr, nullptr);
    EXPECT_EQ(RunControl::Current(), nullptr);
    NoteRunFailure(Status(ONNXIFI_STATUS_INTERNAL_ERROR, "inner"));
  }
  EXPECT_EQ(RunControl::Current(), &outer);
  EXPECT_TRUE(failure.ok());
  const Status plain(ONNXIFI_STATUS_INTERNAL_ERROR, "plain");
  NoteRunFailure(plain);
  NoteRunFailure(plain.At({"n", "Op"}));
  NoteRunFailure(plain);
  EXPECT_EQ(failure.node().name, "n");
}

TEST(RunControlTest, AProgramStopsAtTheNextNode) {
  GraphMaker g;
  MakePlanned({2}, g);
  ASSERT_TRUE(g.Compile().ok());
  auto program = g.compiled->Specialize({{2}});
  ASSERT_TRUE(program.ok()) << program.status().message();
  Floats y;
  EXPECT_EQ(RunProgram(**program, {1, 2}, &y), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, (Floats{4, 5}));
  RunControl control;
  control.Stop(ONNXIFI_STATUS_CANCELLED);
  const RunControl::Scope scope(&control, nullptr);
  EXPECT_EQ(RunProgram(**program, {1, 2}, &y), ONNXIFI_STATUS_CANCELLED);
  EXPECT_EQ(y, (Floats{0, 0}));
}

TEST(RunControlTest, AProgramTellsWhatItsNodesTook) {
  GraphMaker g;
  MakePlanned({2}, g);
  ASSERT_TRUE(g.Compile().ok());
  auto program = g.compiled->Specialize({{2}});
  ASSERT_TRUE(program.ok());
  Floats y;
  RunControl control;
  control.profiled = true;
  const RunControl::Scope scope(&control, nullptr);
  const int64_t from = NowNs();
  EXPECT_EQ(RunProgram(**program, {1, 2}, &y), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(control.profile.size(), 3u);
  int64_t before = from;
  for (const ProfileEntry& entry : control.profile) {
    EXPECT_EQ(entry.op, "AddOne");
    EXPECT_GE(entry.start_ns, before);
    before = entry.start_ns + entry.duration_ns;
  }
  EXPECT_LE(before, NowNs());
  EXPECT_EQ(control.profile[2].name, "AddOne_y");
}

TEST(RunControlTest, AProgramNamesTheNodeThatFailed) {
  GraphMaker g;
  g.Input("x", {2}).Op("AddOne", {"x"}, "a").Op("Fail", {"a"}, "y");
  g.Output("y");
  ASSERT_TRUE(g.Compile().ok());
  auto program = g.compiled->Specialize({{2}});
  ASSERT_TRUE(program.ok());
  Floats y;
  for (const bool controlled : {false, true}) {
    RunControl control;
    Status failure;
    const RunControl::Scope scope(controlled ? &control : nullptr, &failure);
    EXPECT_EQ(RunProgram(**program, {1, 2}, &y), ONNXIFI_STATUS_INTERNAL_ERROR);
    EXPECT_EQ(failure.node().name, "Fail_y");
    EXPECT_EQ(failure.node().op, "Fail");
    EXPECT_NE(failure.message().find("Fail_y"), std::string::npos);
  }
}

// A graph that runs value by value, with a body.
void MakeByValue(int64_t times, GraphMaker& g) {
  GraphMaker body;
  body.Input("v", {-1}).Op("AddOne", {"v"}, "w").Output("w");
  g.Input("x", {2}).Op("Positive", {"x"}, "p");
  g.Op("Repeat", {"p"}, "y").Body(body, times).Output("y");
}

TEST(RunControlTest, AGraphByValueStopsInsideABody) {
  // Without a deadline this would take ages.
  GraphMaker g;
  MakeByValue(int64_t{1} << 40, g);
  ASSERT_TRUE(g.Compile().ok());
  RunControl control;
  control.deadline_ns = NowNs() + 20000000;
  const RunControl::Scope scope(&control, nullptr);
  const Status status = g.Run({FloatTensor({2}, {1, 2})});
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  EXPECT_TRUE(status.node().op.empty()) << status.node().op;
}

TEST(RunControlTest, AGraphByValueTellsWhatItsNodesTook) {
  GraphMaker g;
  MakeByValue(2, g);
  ASSERT_TRUE(g.Compile().ok());
  RunControl control;
  control.profiled = true;
  const RunControl::Scope scope(&control, nullptr);
  EXPECT_OK(g.Run({FloatTensor({2}, {1, 2})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{3, 4}));
  std::vector<std::string> ops;
  for (const ProfileEntry& entry : control.profile) ops.push_back(entry.op);
  // What is inside a node ends before it.
  EXPECT_EQ(ops, (std::vector<std::string>{"Positive", "AddOne", "AddOne",
                                           "Repeat"}));
}

TEST(RunControlTest, AGraphByValueNamesTheNodeThatFailed) {
  GraphMaker g;
  g.Input("x", {2}).Op("Positive", {"x"}, "p").Op("Nothing", {"p"}, "y");
  g.Output("y");
  ASSERT_TRUE(g.Compile().ok());
  const Status status = g.Run({FloatTensor({2}, {1, 2})});
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.node().name, "Nothing_y");
}

// Programs of one graph may run at the same time, also those of a graph whose
// shapes are fixed, which share one plan.
TEST(RunControlTest, ProgramsOfOneGraphShareNothingThatChanges) {
  for (const Shape& shape : {Shape{64}, Shape{-1}}) {
    GraphMaker g;
    MakePlanned(shape, g);
    ASSERT_TRUE(g.Compile().ok());
    EXPECT_TRUE(g.compiled->concurrent());
    std::vector<std::unique_ptr<Executable>> programs;
    for (int i = 0; i < 3; ++i) {
      auto program = g.compiled->Specialize({{64}});
      ASSERT_TRUE(program.ok()) << program.status().message();
      programs.push_back(std::move(program).value());
    }
    std::vector<std::thread> threads;
    for (size_t t = 0; t < programs.size(); ++t) {
      threads.emplace_back([&, t] {
        const Floats x(64, static_cast<float>(t));
        Floats y;
        for (int i = 0; i < 500; ++i) {
          ASSERT_EQ(RunProgram(*programs[t], x, &y), ONNXIFI_STATUS_SUCCESS);
          ASSERT_EQ(y, Floats(64, static_cast<float>(t) + 3));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    // The first may go before the others.
    programs.erase(programs.begin());
    Floats y;
    EXPECT_EQ(RunProgram(*programs[0], Floats(64, 1), &y),
              ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(y, Floats(64, 4));
  }
}

TEST(SerialLockTest, OneAtATimeAndStoppedRunsGiveUp) {
  SerialLock lock;
  int count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      RunControl control;
      for (int i = 0; i < 2000; ++i) {
        ASSERT_EQ(lock.Lock(t % 2 == 0 ? &control : nullptr),
                  ONNXIFI_STATUS_SUCCESS);
        ++count;
        lock.Unlock();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 8000);
  ASSERT_EQ(lock.Lock(nullptr), ONNXIFI_STATUS_SUCCESS);
  RunControl control;
  control.deadline_ns = NowNs() + 5000000;
  EXPECT_EQ(lock.Lock(&control), ONNXIFI_STATUS_DEADLINE_EXCEEDED);
  lock.Unlock();
  EXPECT_EQ(lock.Lock(nullptr), ONNXIFI_STATUS_SUCCESS);
  lock.Unlock();
}

}  // namespace
}  // namespace onnxifi
