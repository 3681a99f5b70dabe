// Conformance checklist 7.9: runs.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "backends/common/testing/abi_fixture.h"
#include "backends/common/testing/alloc_failure.h"

namespace onnxifi::testing {
namespace {

constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;
using std::chrono::milliseconds;

class RunTest : public AddTest {
 protected:
  // Polls for at most five seconds.
  bool Becomes(onnxEvent event, onnxEventState state) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < end) {
      if (State(event) == state) return true;
      std::this_thread::yield();
    }
    return false;
  }
  static void AwaitStarted(int runs) {
    while (Fake().started < runs) std::this_thread::yield();
  }
  onnxEvent Signalled() {
    onnxEvent event = NewEvent();
    EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
    return event;
  }
  void ReleaseNow(onnxEvent event) {
    Forget(event);
    EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
  }
};

TEST_F(RunTest, R_220_R_229_R_230_R_232_R_233_Canonical) {
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph_, input);
  EXPECT_NE(output, input);
  EXPECT_EQ(State(output), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  EXPECT_TRUE(OutputUntouched());
  a_[0] = 1000;  // inputs may be filled until the signal
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(State(output), ONNXIFI_EVENT_STATE_SIGNALLED);
  ExpectSum();
}

TEST_F(RunTest, R_221_to_R_228_R_236_RefusedCalls) {
  onnxEvent dead = NewEvent();
  ReleaseNow(dead);
  const onnxMemoryFenceV1 good = EventFence(NewEvent());
  const auto with = [](onnxMemoryFenceV1 fence, auto change) {
    change(fence);
    return fence;
  };
  using F = onnxMemoryFenceV1;
  const struct {
    const char* what;
    onnxGraph graph;
    F input;
    F output;
    onnxStatus status;
  } kCases[] = {
      {"no graph", nullptr, good, good, ONNXIFI_STATUS_INVALID_GRAPH},
      {"garbage", Garbage(), good, good, ONNXIFI_STATUS_INVALID_GRAPH},
      {"input tag", graph_, with(good, [](F& f) { f.tag = 5; }), good,
       ONNXIFI_STATUS_UNSUPPORTED_TAG},
      {"output tag", graph_, good, with(good, [](F& f) { f.tag = 5; }),
       ONNXIFI_STATUS_UNSUPPORTED_TAG},
      {"input type", graph_, with(good, [](F& f) { f.type = 99; }), good,
       ONNXIFI_STATUS_INVALID_FENCE_TYPE},
      {"output type", graph_, good, with(good, [](F& f) { f.type = 99; }),
       ONNXIFI_STATUS_INVALID_FENCE_TYPE},
      {"type 1", graph_, with(good, [](F& f) { f.type = 1; }), good,
       ONNXIFI_STATUS_INVALID_FENCE_TYPE},
      {"implicit input", graph_, with(good, [](F& f) { f.type = 2; }), good,
       ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE},
      {"implicit output", graph_, good, with(good, [](F& f) { f.type = 2; }),
       ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE},
      {"no event", graph_, EventFence(nullptr), good,
       ONNXIFI_STATUS_INVALID_EVENT},
      {"dead event", graph_, EventFence(dead), good,
       ONNXIFI_STATUS_INVALID_EVENT},
      {"backend as event", graph_, EventFence(backend_), good,
       ONNXIFI_STATUS_INVALID_EVENT},
      {"never bound", NewGraph(models::Add()), good, good,
       ONNXIFI_STATUS_UNIDENTIFIED_NAME},
  };
  for (const auto& c : kCases) {
    F output = c.output;
    output.event = Garbage();
    const F before = output;
    EXPECT_EQ(onnxRunGraph(c.graph, &c.input, &output), c.status) << c.what;
    EXPECT_EQ(std::memcmp(&output, &before, sizeof(output)), 0) << c.what;
  }
  onnxMemoryFenceV1 output = EventFence();
  EXPECT_EQ(onnxRunGraph(graph_, nullptr, &output),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxRunGraph(graph_, &good, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
}

// Convention 6 of onnxifi.h: of several mistakes the earlier kind counts.
TEST_F(RunTest, TagsAreCheckedBeforeAllElse) {
  onnxMemoryFenceV1 in = EventFence(nullptr);
  onnxMemoryFenceV1 out = EventFence(Garbage());
  in.type = 99;
  out.tag = 5;
  EXPECT_EQ(onnxRunGraph(graph_, &in, &out), ONNXIFI_STATUS_UNSUPPORTED_TAG);
  Tensor stranger = Inputs()[0];
  stranger.name = "stranger";
  onnxTensorDescriptorV1 bad = stranger.Descriptor();
  onnxTensorDescriptorV1 untagged = Outputs()[0].Descriptor();
  untagged.tag = 5;
  EXPECT_EQ(onnxSetGraphIO(graph_, 1, &bad, 1, &untagged),
            ONNXIFI_STATUS_UNSUPPORTED_TAG);
  out = EventFence();
  out.type = 99;
  EXPECT_EQ(onnxSetIOAndRunGraph(graph_, 1, &bad, 1, &untagged, &out),
            ONNXIFI_STATUS_UNSUPPORTED_TAG);
  out.tag = 5;
  EXPECT_EQ(onnxSetIOAndRunGraph(graph_, 1, &bad, 1, nullptr, &out),
            ONNXIFI_STATUS_INVALID_POINTER);
  const uint64_t unknown[] = {0x7777, 1, 0};
  onnxGraph graph = Garbage();
  EXPECT_EQ(onnxInitGraph(backend_, unknown, 3, "???", 1, &untagged, &graph),
            ONNXIFI_STATUS_UNSUPPORTED_TAG);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(RunTest, R_231_R_242_SignalledBefore) {
  onnxEvent input = Signalled();
  for (int i = 0; i < 2; ++i) {
    c_.assign(6, kUntouched);
    EXPECT_EQ(onnxWaitEvent(Run(graph_, input)), ONNXIFI_STATUS_SUCCESS);
    ExpectSum();
  }
}

TEST_F(RunTest, R_234_R_235_EventInTheOutputFenceIsIgnored) {
  onnxEvent mine = NewEvent();
  for (onnxEvent preset : {static_cast<onnxEvent>(nullptr), mine, Garbage()}) {
    const onnxMemoryFenceV1 in = EventFence(Signalled());
    onnxMemoryFenceV1 out = EventFence(preset);
    ASSERT_EQ(onnxRunGraph(graph_, &in, &out), ONNXIFI_STATUS_SUCCESS);
    EXPECT_NE(out.event, preset);
    EXPECT_EQ(onnxWaitEvent(out.event), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxReleaseEvent(out.event), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_EQ(State(mine), ONNXIFI_EVENT_STATE_NONSIGNALLED);
}

TEST_F(RunTest, R_237_PollingSeesTheRunDoneAfterItsOutputs) {
  for (int i = 0; i < 20; ++i) {
    c_.assign(6, kUntouched);
    onnxEvent output = Run(graph_, Signalled());
    ASSERT_TRUE(Becomes(output, ONNXIFI_EVENT_STATE_SIGNALLED));
    ExpectSum();
  }
}

// Nobody waits or polls: the background has to do it.
TEST_F(RunTest, RunsStartByThemselves) {
  for (int i = 0; i < 10; ++i) {
    const int before = Fake().finished;
    // A streak of runs that the client executes itself comes first.
    for (int k = 0; k < i; ++k) {
      ASSERT_EQ(onnxWaitEvent(Run(graph_, Signalled())),
                ONNXIFI_STATUS_SUCCESS);
    }
    Run(graph_, Signalled());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (Fake().finished < before + i + 1 &&
           std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    ASSERT_EQ(Fake().finished, before + i + 1);
  }
}

// ThreadSanitizer does not allow new threads in the child.
#if !defined(__SANITIZE_THREAD__)
TEST_F(RunTest, TheChildOfAForkCanRunToo) {
  ASSERT_TRUE(Becomes(Run(graph_, Signalled()),
                      ONNXIFI_EVENT_STATE_SIGNALLED));  // threads exist now
  c_.assign(6, kUntouched);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20);
    const bool polled =
        Becomes(Run(graph_, Signalled()), ONNXIFI_EVENT_STATE_SIGNALLED);
    const bool waited =
        onnxWaitEvent(Run(graph_, Signalled())) == ONNXIFI_STATUS_SUCCESS;
    _exit(polled && waited && c_[5] == a_[5] + b_[5] ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(OutputUntouched());
}
#endif

TEST_F(RunTest, R_238_ManyRunsOnOneBinding) {
  for (int i = 0; i < 100; ++i) {
    a_[0] = static_cast<float>(i);
    ASSERT_EQ(onnxWaitEvent(Run(graph_, Signalled())), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(c_[0], a_[0] + b_[0]);
  }
}

TEST_F(RunTest, RunsAllocateNothing) {
  // Warm up slots and threads.
  ASSERT_EQ(onnxWaitEvent(Run(graph_, Signalled())), ONNXIFI_STATUS_SUCCESS);
  onnxGraph null_graph = graph_;
  Fake().throw_in_run = true;  // the fake itself allocates, so do not compute
  for (int i = 0; i < 100; ++i) {
    const AllocFailure none(0);
    onnxEvent input = nullptr;
    ASSERT_EQ(onnxInitEvent(backend_, &input), ONNXIFI_STATUS_SUCCESS);
    const onnxMemoryFenceV1 in = EventFence(input);
    onnxMemoryFenceV1 out = EventFence();
    ASSERT_EQ(onnxRunGraph(null_graph, &in, &out), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxReleaseEvent(input), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxReleaseEvent(out.event), ONNXIFI_STATUS_SUCCESS);
    ASSERT_FALSE(AllocFailure::Happened());
  }
}

TEST_F(RunTest, R_239_OverlappingRunsAreSerialised) {
  Fake().run_sleep_us = 1000;
  onnxEvent first = NewEvent();
  onnxEvent second = NewEvent();
  onnxEvent first_done = Run(graph_, first);
  onnxEvent second_done = Run(graph_, second);
  EXPECT_EQ(onnxSignalEvent(second), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSignalEvent(first), ONNXIFI_STATUS_SUCCESS);
  std::thread other(
      [&] { EXPECT_EQ(onnxWaitEvent(second_done), ONNXIFI_STATUS_SUCCESS); });
  EXPECT_EQ(onnxWaitEvent(first_done), ONNXIFI_STATUS_SUCCESS);
  other.join();
  ExpectSum();
}

TEST_F(RunTest, R_240_NoHeadOfLineBlocking) {
  std::vector<float> other(6, 0);
  onnxGraph graph2 = NewGraph(models::Add());
  ASSERT_EQ(SetIO(graph2, Inputs(), {{"c", {2, 3}, kFloat, other.data()}}),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent gate = NewEvent();
  onnxEvent held = Run(graph_, gate);
  onnxEvent held_too = Run(graph2, gate);
  EXPECT_EQ(onnxWaitEvent(Run(graph2, Signalled())), ONNXIFI_STATUS_SUCCESS);
  ASSERT_TRUE(Becomes(Run(graph_, Signalled()), ONNXIFI_EVENT_STATE_SIGNALLED));
  EXPECT_EQ(other[5], 66);
  EXPECT_EQ(State(held), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(held), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(held_too), ONNXIFI_STATUS_SUCCESS);
}

// A run that blocks in the background does not keep another graph waiting.
TEST_F(RunTest, GraphsRunIndependentlyInTheBackground) {
  std::vector<float> other(6, 0);
  onnxGraph graph2 = NewGraph(models::Add());
  ASSERT_EQ(SetIO(graph2, Inputs(), {{"c", {2, 3}, kFloat, other.data()}}),
            ONNXIFI_STATUS_SUCCESS);
  Fake().block = true;
  onnxEvent slow = Run(graph_, Signalled());
  State(slow);
  AwaitStarted(1);
  onnxEvent fast = Run(graph2, Signalled());
  State(fast);
  AwaitStarted(2);
  Fake().block = false;
  EXPECT_EQ(onnxWaitEvent(slow), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(fast), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(RunTest, R_241_OneInputEventForTwoRuns) {
  std::vector<float> other(6, 0);
  onnxEvent input = NewEvent();
  onnxEvent first = Run(graph_, input);
  ASSERT_EQ(SetIO(graph_, Inputs(), {{"c", {2, 3}, kFloat, other.data()}}),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent second = Run(graph_, input);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(second), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(first), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
  EXPECT_EQ(other, c_);
}

TEST_F(RunTest, R_243_InputReleasedDuringTheRun) {
  Fake().block = true;
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph_, input);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  State(output);
  AwaitStarted(1);
  ReleaseNow(input);
  Fake().block = false;
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(RunTest, R_244_ReleasedInputCancels) {
  onnxEvent input = NewEvent();
  onnxEvent first = Run(graph_, input);
  onnxEvent second = Run(graph_, input);
  std::thread waiter(
      [&] { EXPECT_EQ(onnxWaitEvent(second), ONNXIFI_STATUS_INTERNAL_ERROR); });
  std::this_thread::sleep_for(milliseconds(5));
  ReleaseNow(input);
  waiter.join();
  EXPECT_EQ(State(first), ONNXIFI_EVENT_STATE_SIGNALLED);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(onnxWaitEvent(first), ONNXIFI_STATUS_INTERNAL_ERROR);
    EXPECT_NE(LastError().find("cancelled"), std::string::npos) << LastError();
  }
  EXPECT_TRUE(OutputUntouched());
  EXPECT_EQ(Fake().started, 0);
}

TEST_F(RunTest, R_245_OutputEventReleasedEarly) {
  onnxEvent input = NewEvent();
  ReleaseNow(Run(graph_, input));
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
  Forget(graph_);
  ExpectSum();
}

TEST_F(RunTest, E_09_WaiterOfAReleasedOutputEventGetsTheResult) {
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph_, input);
  std::thread waiter(
      [&] { EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS); });
  std::this_thread::sleep_for(milliseconds(5));
  ReleaseNow(output);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  waiter.join();
  ExpectSum();
}

TEST_F(RunTest, R_246_ClientSignalsTheOutputEvent) {
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph_, input);
  EXPECT_EQ(onnxSignalEvent(output), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
  EXPECT_TRUE(OutputUntouched());
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
  Forget(graph_);
  ExpectSum();
}

TEST_F(RunTest, R_247_R_248_FailedRuns) {
  const struct {
    onnxStatus status;
    bool throws;
    onnxStatus reported;
  } kCases[] = {
      {ONNXIFI_STATUS_INTERNAL_ERROR, false, ONNXIFI_STATUS_INTERNAL_ERROR},
      {ONNXIFI_STATUS_SUCCESS, true, ONNXIFI_STATUS_INTERNAL_ERROR},
      {ONNXIFI_STATUS_NO_SYSTEM_RESOURCES, false,
       ONNXIFI_STATUS_INTERNAL_ERROR},
      {ONNXIFI_STATUS_INVALID_EVENT, false, ONNXIFI_STATUS_INTERNAL_ERROR},
      {-5, false, ONNXIFI_STATUS_INTERNAL_ERROR},
      {ONNXIFI_STATUS_BACKEND_UNAVAILABLE, false,
       ONNXIFI_STATUS_BACKEND_UNAVAILABLE},
  };
  for (const auto& c : kCases) {
    Fake().run_status = c.status;
    Fake().throw_in_run = c.throws;
    onnxEvent output = Run(graph_, Signalled());
    EXPECT_EQ(onnxWaitEvent(output), c.reported);
    EXPECT_EQ(onnxWaitEvent(output), c.reported);
    EXPECT_NE(LastError().find("failed"), std::string::npos) << LastError();
    EXPECT_EQ(State(output), ONNXIFI_EVENT_STATE_SIGNALLED);
  }
  Fake().Reset();
  EXPECT_EQ(onnxWaitEvent(Run(graph_, Signalled())), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(RunTest, R_ext_29_RunsThatFoundTooLittle) {
  for (const onnxStatus status :
       {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_NO_DEVICE_MEMORY,
        ONNXIFI_STATUS_NO_DEVICE_RESOURCES}) {
    SCOPED_TRACE(status);
    Fake().run_status = status;
    onnxEvent output = Run(graph_, Signalled());
    EXPECT_EQ(onnxWaitEvent(output), status);
    EXPECT_EQ(onnxWaitEvent(output), status);
    EXPECT_NE(LastError().find("too little"), std::string::npos) << LastError();
    EXPECT_EQ(State(output), ONNXIFI_EVENT_STATE_SIGNALLED);
    EXPECT_TRUE(OutputUntouched());
  }
  Fake().Reset();
  Fake().no_memory_in_run = true;
  EXPECT_EQ(onnxWaitEvent(Run(graph_, Signalled())),
            ONNXIFI_STATUS_NO_SYSTEM_MEMORY);
  Fake().Reset();
  EXPECT_EQ(onnxWaitEvent(Run(graph_, Signalled())), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(RunTest, R_249_FencesAreNotKept) {
  onnxMemoryFenceV1 in = EventFence(NewEvent());
  onnxEvent input = in.event;
  onnxMemoryFenceV1 out = EventFence();
  ASSERT_EQ(onnxRunGraph(graph_, &in, &out), ONNXIFI_STATUS_SUCCESS);
  onnxEvent output = out.event;
  std::memset(&in, 0xff, sizeof(in));
  std::memset(&out, 0xff, sizeof(out));
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(output), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(RunTest, R_250_EveryStepOnAnotherThread) {
  onnxEvent input = NewEvent();
  onnxEvent output = nullptr;
  const auto on_thread = [](auto step) { std::thread(step).join(); };
  on_thread([&] { SetIO(graph_, Inputs(), Outputs()); });
  on_thread([&] { output = Run(graph_, input); });
  std::thread waiter(
      [&] { EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS); });
  on_thread([&] { EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS); });
  waiter.join();
  ExpectSum();
}

TEST_F(RunTest, R_251_EightGraphsOnEightThreads) {
  std::vector<onnxGraph> graphs;
  for (int t = 0; t < 8; ++t) graphs.push_back(NewGraph(models::Add()));
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      std::vector<float> a(6), c(6);
      ASSERT_EQ(SetIO(graphs[t],
                      {{"a", {2, 3}, kFloat, a.data()},
                       {"b", {2, 3}, kFloat, b_.data()}},
                      {{"c", {2, 3}, kFloat, c.data()}}),
                ONNXIFI_STATUS_SUCCESS);
      for (int i = 0; i < 1000; ++i) {
        a[5] = static_cast<float>(i + static_cast<int>(t));
        onnxEvent input = nullptr;
        ASSERT_EQ(onnxInitEvent(backend_, &input), ONNXIFI_STATUS_SUCCESS);
        const onnxMemoryFenceV1 in = EventFence(input);
        onnxMemoryFenceV1 out = EventFence();
        ASSERT_EQ(onnxRunGraph(graphs[t], &in, &out), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxWaitEvent(out.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(c[5], a[5] + b_[5]);
        ASSERT_EQ(onnxReleaseEvent(out.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxReleaseEvent(input), ONNXIFI_STATUS_SUCCESS);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(RunTest, R_252_InputEventOfAnotherBackend) {
  onnxEvent input = nullptr;
  ASSERT_EQ(onnxInitEvent(NewBackend(other_id_), &input),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent output = Run(graph_, input);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(input), ONNXIFI_STATUS_SUCCESS);
}

class ChainTest : public RunTest {
 protected:
  // d = c + a, where c is what the first graph computes.
  void SetUp() override {
    RunTest::SetUp();
    second_ = NewGraph(models::Add());
    ASSERT_EQ(SetIO(second_,
                    {{"a", {2, 3}, kFloat, c_.data()},
                     {"b", {2, 3}, kFloat, a_.data()}},
                    {{"c", {2, 3}, kFloat, d_.data()}}),
              ONNXIFI_STATUS_SUCCESS);
  }
  onnxGraph second_ = nullptr;
  std::vector<float> d_ = std::vector<float>(6, kUntouched);
};

TEST_F(ChainTest, R_295_ChainOfRuns) {
  for (const bool poll : {false, true}) {
    d_.assign(6, kUntouched);
    onnxEvent input = NewEvent();
    onnxEvent middle = Run(graph_, input);
    onnxEvent output = Run(second_, middle);
    ReleaseNow(middle);
    EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
    if (poll) {
      EXPECT_TRUE(Becomes(output, ONNXIFI_EVENT_STATE_SIGNALLED));
    }
    EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
    for (size_t i = 0; i < 6; ++i) EXPECT_EQ(d_[i], 2 * a_[i] + b_[i]);
  }
}

TEST_F(ChainTest, R_296_FailureTravels) {
  Fake().run_status = ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
  onnxEvent input = NewEvent();
  onnxEvent middle = Run(graph_, input);
  onnxEvent output = Run(second_, middle);
  onnxEvent last = Run(graph_, output);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(middle), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(onnxWaitEvent(last), ONNXIFI_STATUS_INTERNAL_ERROR);
  // A failed event as the input of a new run.
  EXPECT_EQ(onnxWaitEvent(Run(second_, middle)), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(Fake().started, 1);
  EXPECT_EQ(d_[0], kUntouched);
}

TEST_F(ChainTest, R_ext_29_WhatAShortRunGatedIsCancelled) {
  Fake().run_status = ONNXIFI_STATUS_NO_DEVICE_MEMORY;
  onnxEvent input = NewEvent();
  onnxEvent middle = Run(graph_, input);
  onnxEvent output = Run(second_, middle);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("cancelled"), std::string::npos) << LastError();
  EXPECT_EQ(onnxWaitEvent(middle), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  EXPECT_EQ(Fake().started, 1);
}

TEST_F(ChainTest, LongChainsNeedNoStack) {
  constexpr int kRuns = 20000;
  for (const bool cancel : {false, true}) {
    std::vector<onnxEvent> events = {NewEvent()};
    for (int i = 0; i < kRuns; ++i) {
      const onnxMemoryFenceV1 in = EventFence(events.back());
      onnxMemoryFenceV1 out = EventFence();
      ASSERT_EQ(onnxRunGraph(i % 2 == 0 ? graph_ : second_, &in, &out),
                ONNXIFI_STATUS_SUCCESS);
      events.push_back(out.event);
    }
    if (cancel) {
      ReleaseNow(events[0]);
    } else {
      ASSERT_EQ(onnxSignalEvent(events[0]), ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_EQ(onnxWaitEvent(events.back()),
              cancel ? ONNXIFI_STATUS_INTERNAL_ERROR : ONNXIFI_STATUS_SUCCESS);
    for (size_t i = 1; i < events.size(); ++i) {
      ASSERT_EQ(onnxReleaseEvent(events[i]), ONNXIFI_STATUS_SUCCESS);
    }
  }
}

}  // namespace
}  // namespace onnxifi::testing
