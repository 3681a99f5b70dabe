// R_047: the first call of the process, from many threads at once.
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>

#include <atomic>
#include <thread>
#include <vector>

namespace onnxifi::testing {
namespace {

TEST(FirstCallThreadsTest, R_047_EightThreadsAtOnce) {
  std::atomic<int> ready{0};
  std::vector<std::vector<onnxBackendID>> ids(8);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < ids.size(); ++t) {
    threads.emplace_back([&, t] {
      ids[t].resize(2);
      ++ready;
      while (ready < 8) std::this_thread::yield();
      size_t count = 2;
      EXPECT_EQ(onnxGetBackendIDs(ids[t].data(), &count),
                ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(count, 2u);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : ids) {
    EXPECT_EQ(mine, ids[0]);
    for (onnxBackendID id : mine) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }
}

}  // namespace
}  // namespace onnxifi::testing
