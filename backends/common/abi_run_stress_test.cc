// Interface 1.1: runs of many threads that signal, cancel and let time pass at
// the same moment. Nothing gets lost, nobody is told twice.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "backends/common/testing/runs_fixture.h"

namespace onnxifi::testing {
namespace {

constexpr int kRounds = 150;
constexpr size_t kRuns = 6;

// Some of these events gate, one cancels; two threads signal all of them.
TEST_F(RunsTest, R_ext_31_StressOfGatesCancelsAndDeadlines) {
  std::array<int, 3> ends = {};
  for (int round = 0; round < kRounds; ++round) {
    std::array<onnxEvent, 3> gates = {};
    onnxEvent cancel = nullptr;
    ASSERT_EQ(onnxInitEvent(backend_, &cancel), ONNXIFI_STATUS_SUCCESS);
    for (onnxEvent& gate : gates) {
      ASSERT_EQ(onnxInitEvent(backend_, &gate), ONNXIFI_STATUS_SUCCESS);
    }
    std::vector<Told> told(kRuns);
    std::vector<onnxEvent> events(kRuns);
    std::atomic<int> ready{0};
    const auto meet = [&ready] {
      ++ready;
      while (ready < 3) std::this_thread::yield();
    };
    std::thread signaller([&] {
      meet();
      for (onnxEvent gate : gates) {
        EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
      }
    });
    std::thread canceller([&] {
      meet();
      if (round % 3 != 0) {
        EXPECT_EQ(onnxSignalEvent(cancel), ONNXIFI_STATUS_SUCCESS);
      }
    });
    meet();
    for (size_t i = 0; i < kRuns; ++i) {
      onnxStartRunArguments arguments = ArgsFor(&told[i]);
      arguments.event = &events[i];
      arguments.waitCount = static_cast<uint32_t>(i % 4);
      arguments.waitEvents = gates.data();
      if (i % 2 == 0) arguments.cancelEvent = cancel;
      if (i % 3 == 0) {
        arguments.deadlineNs = InMs(0) + static_cast<uint64_t>(round) * 1000;
      }
      ASSERT_EQ(table_->startRun(&arguments), ONNXIFI_STATUS_SUCCESS);
    }
    for (size_t i = 0; i < kRuns; ++i) {
      const onnxStatus status = onnxWaitEvent(events[i]);
      EXPECT_TRUE(Eventually([&] { return told[i].calls > 0; }));
      EXPECT_EQ(told[i].status, status);
      EXPECT_EQ(told[i].calls, 1);
      const bool cancellable = i % 2 == 0 && round % 3 != 0;
      if (status == ONNXIFI_STATUS_CANCELLED) {
        EXPECT_TRUE(cancellable);
        ++ends[1];
      } else if (status == ONNXIFI_STATUS_DEADLINE_EXCEEDED) {
        EXPECT_EQ(i % 3, 0u);
        ++ends[2];
      } else {
        EXPECT_EQ(status, ONNXIFI_STATUS_SUCCESS);
        ++ends[0];
      }
    }
    signaller.join();
    canceller.join();
    for (Told& one : told) EXPECT_EQ(one.calls, 1);
    for (onnxEvent event : events) {
      EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
    }
    for (onnxEvent gate : gates) {
      EXPECT_EQ(onnxReleaseEvent(gate), ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_EQ(onnxReleaseEvent(cancel), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_GT(ends[0], 0);
}

// Graphs and contexts come and go while their runs end in every way; a release
// returns when everybody has been told.
TEST_F(RunsTest, R_ext_31_R_ext_41_StressOfReleases) {
  Fake().concurrent = true;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds / 3; ++round) {
        float x = 1;
        float y = 0;
        const std::vector<Tensor> tensors = {
            {"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x},
            {"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y}};
        const auto both = Descriptors(tensors);
        onnxGraph context = nullptr;
        const onnxCreateContextArguments create = {sizeof(create), 0, nullptr,
                                                   graph_, &context};
        ASSERT_EQ(table_->createContext(&create), ONNXIFI_STATUS_SUCCESS);
        onnxEvent gate = nullptr;
        ASSERT_EQ(onnxInitEvent(backend_, &gate), ONNXIFI_STATUS_SUCCESS);
        std::vector<Told> told(4);
        for (size_t i = 0; i < told.size(); ++i) {
          onnxStartRunArguments arguments = ArgsFor(&told[i]);
          arguments.graph = context;
          arguments.inputsCount = arguments.outputsCount = 1;
          arguments.inputDescriptors = both.data();
          arguments.outputDescriptors = both.data() + 1;
          arguments.waitCount = i == 0 ? 0 : 1;
          arguments.waitEvents = &gate;
          if (i == 2) arguments.deadlineNs = InMs(t % 2);
          if (i == 3) arguments.cancelEvent = gate;
          ASSERT_EQ(table_->startRun(&arguments), ONNXIFI_STATUS_SUCCESS);
        }
        if (round % 2 == 0) {
          ASSERT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
        }
        ASSERT_EQ(onnxReleaseEvent(gate), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxReleaseGraph(context), ONNXIFI_STATUS_SUCCESS);
        for (Told& one : told) EXPECT_EQ(one.calls, 1);
        EXPECT_EQ(told[0].status, ONNXIFI_STATUS_SUCCESS);
        EXPECT_EQ(told[3].status, round % 2 == 0
                                      ? ONNXIFI_STATUS_CANCELLED
                                      : ONNXIFI_STATUS_INTERNAL_ERROR);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace onnxifi::testing
