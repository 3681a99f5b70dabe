// Conformance checklist 7.6: events.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "backends/common/testing/abi_fixture.h"
#include "backends/common/testing/alloc_failure.h"

namespace onnxifi::testing {
namespace {

using EventTest = AbiTest;
using std::chrono::milliseconds;

TEST_F(EventTest, R_126_R_130_R_131_R_137_R_138_LifeOfAnEvent) {
  onnxEvent event = NewEvent();
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(State(event), ONNXIFI_EVENT_STATE_NONSIGNALLED);
  EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(State(event), ONNXIFI_EVENT_STATE_SIGNALLED);
  EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_INVALID_STATE);
  EXPECT_EQ(State(event), ONNXIFI_EVENT_STATE_SIGNALLED);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(onnxWaitEvent(event), ONNXIFI_STATUS_SUCCESS);
  }
}

TEST_F(EventTest, R_127_R_128_R_129_InitArguments) {
  EXPECT_EQ(onnxInitEvent(backend_, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  for (void* backend : {static_cast<void*>(nullptr), Garbage(), id_}) {
    onnxEvent event = Garbage();
    EXPECT_EQ(onnxInitEvent(backend, &event), ONNXIFI_STATUS_INVALID_BACKEND);
    EXPECT_EQ(event, nullptr);
  }
}

TEST_F(EventTest, R_132_to_R_140_R_145_R_146_NoEvent) {
  onnxEvent dead = NewEvent();
  EXPECT_EQ(onnxReleaseEvent(dead), ONNXIFI_STATUS_SUCCESS);
  Forget(dead);
  int local = 0;
  for (void* event :
       {static_cast<void*>(nullptr), Garbage(), dead, backend_, id_,
        static_cast<void*>(&local), NewGraph(models::Add())}) {
    EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_INVALID_EVENT);
    EXPECT_EQ(onnxWaitEvent(event), ONNXIFI_STATUS_INVALID_EVENT);
    EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_INVALID_EVENT);
    onnxEventState state = 99;
    EXPECT_EQ(onnxGetEventState(event, &state), ONNXIFI_STATUS_INVALID_EVENT);
    EXPECT_EQ(state, ONNXIFI_EVENT_STATE_INVALID);
  }
  EXPECT_EQ(onnxGetEventState(NewEvent(), nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
}

TEST_F(EventTest, StaleHandleOfAReusedSlot) {
  onnxEvent first = NewEvent();
  EXPECT_EQ(onnxReleaseEvent(first), ONNXIFI_STATUS_SUCCESS);
  Forget(first);
  onnxEvent second = NewEvent();
  EXPECT_NE(first, second);
  EXPECT_EQ(onnxSignalEvent(first), ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_EQ(State(second), ONNXIFI_EVENT_STATE_NONSIGNALLED);
}

TEST_F(EventTest, R_141_WaitBlocksUntilTheSignal) {
  onnxEvent event = NewEvent();
  std::atomic<bool> signalled{false};
  std::atomic<bool> early{false};
  std::thread waiter([&] {
    EXPECT_EQ(onnxWaitEvent(event), ONNXIFI_STATUS_SUCCESS);
    if (!signalled) early = true;
  });
  std::this_thread::sleep_for(milliseconds(30));
  signalled = true;
  EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
  waiter.join();
  EXPECT_FALSE(early);
}

TEST_F(EventTest, R_142_OneSignalWakesAllWaiters) {
  for (int round = 0; round < 20; ++round) {
    onnxEvent event = NewEvent();
    std::vector<std::thread> waiters;
    for (int i = 0; i < 8; ++i) {
      waiters.emplace_back(
          [&] { EXPECT_EQ(onnxWaitEvent(event), ONNXIFI_STATUS_SUCCESS); });
    }
    if (round % 2 == 0) std::this_thread::sleep_for(milliseconds(1));
    EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
    for (std::thread& waiter : waiters) waiter.join();
  }
}

TEST_F(EventTest, R_143_OneOfManySignalsWins) {
  for (int round = 0; round < 20; ++round) {
    onnxEvent event = NewEvent();
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const onnxStatus status = onnxSignalEvent(event);
        if (status == ONNXIFI_STATUS_SUCCESS) ++won;
        if (status == ONNXIFI_STATUS_INVALID_STATE) ++lost;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 7);
  }
}

TEST_F(EventTest, R_147_ReleaseEndsAWait) {
  onnxEvent event = NewEvent();
  Forget(event);
  std::thread waiter(
      [&] { EXPECT_EQ(onnxWaitEvent(event), ONNXIFI_STATUS_INVALID_EVENT); });
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
  waiter.join();
}

TEST_F(EventTest, R_148_CreatingAndReleasingAllocatesNothing) {
  onnxEvent warm = nullptr;
  ASSERT_EQ(onnxInitEvent(backend_, &warm), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(onnxReleaseEvent(warm), ONNXIFI_STATUS_SUCCESS);
  const AllocFailure none(0);
  for (int i = 0; i < 100000; ++i) {
    onnxEvent event = nullptr;
    ASSERT_EQ(onnxInitEvent(backend_, &event), ONNXIFI_STATUS_SUCCESS);
    if (i % 2 == 0) {
      ASSERT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
    }
    ASSERT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
  }
}

TEST_F(EventTest, R_149_NoMemory) {
  std::vector<onnxEvent> events;
  onnxEvent event = nullptr;
  onnxStatus status = ONNXIFI_STATUS_SUCCESS;
  events.reserve(100000);
  {
    // Reused slots need no memory: go on until new ones are needed.
    const AllocFailure failure(0);
    while (status == ONNXIFI_STATUS_SUCCESS && events.size() < 100000) {
      event = Garbage();
      status = onnxInitEvent(backend_, &event);
      if (status == ONNXIFI_STATUS_SUCCESS) events.push_back(event);
    }
  }
  EXPECT_EQ(status, ONNXIFI_STATUS_NO_SYSTEM_MEMORY);
  EXPECT_EQ(event, nullptr);
  EXPECT_EQ(LastError(), "out of host memory");
  for (onnxEvent made : events) {
    EXPECT_EQ(onnxReleaseEvent(made), ONNXIFI_STATUS_SUCCESS);
  }
  NewEvent();
}

}  // namespace
}  // namespace onnxifi::testing
