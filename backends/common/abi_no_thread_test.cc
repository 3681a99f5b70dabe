// A process that gets no more threads: clients that wait execute their runs, and
// what is released is given back although nobody works in the background.
#include <gtest/gtest.h>
#include <malloc.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <vector>

#include "backends/common/testing/abi_fixture.h"

namespace {

std::atomic<int> g_refused{0};

}  // namespace

// In front of the C library's.
extern "C" int pthread_create(pthread_t*, const pthread_attr_t*,
                              void* (*)(void*), void*) noexcept {
  ++g_refused;
  return EAGAIN;
}

namespace onnxifi::testing {
namespace {

int64_t HeapInUse() { return static_cast<int64_t>(mallinfo2().uordblks); }

TEST_F(AbiTest, R_148_GraphsAreGivenBackWithoutThreads) {
  const std::vector<float> a(6, 1);
  const std::vector<float> b(6, 2);
  std::vector<float> c(6);
  const auto cycle = [&] {
    onnxGraph graph = nullptr;
    ASSERT_EQ(InitGraph(models::Add(), &graph), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(SetIO(graph,
                    {{"a", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, a.data()},
                     {"b", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, b.data()}},
                    {{"c", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, c.data()}}),
              ONNXIFI_STATUS_SUCCESS);
    onnxEvent input = nullptr;
    ASSERT_EQ(onnxInitEvent(backend_, &input), ONNXIFI_STATUS_SUCCESS);
    const onnxMemoryFenceV1 from = EventFence(input);
    onnxMemoryFenceV1 to = EventFence();
    ASSERT_EQ(onnxRunGraph(graph, &from, &to), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxWaitEvent(to.event), ONNXIFI_STATUS_SUCCESS);
    for (onnxEvent event : {input, to.event}) {
      ASSERT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_EQ(c, std::vector<float>(6, 3));
    ASSERT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  };
  constexpr int kCycles = 300;
  for (int i = 0; i < kCycles; ++i) cycle();  // tables have grown by then
  const int64_t before = HeapInUse();
  for (int i = 0; i < kCycles; ++i) cycle();
  EXPECT_LT(HeapInUse() - before, kCycles * 24);
  EXPECT_GT(g_refused, 0) << "no thread was asked for";
}

}  // namespace
}  // namespace onnxifi::testing
