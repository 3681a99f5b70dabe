// What can only be tested by the first call of a process. The tests run in
// this order.
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/alloc_failure.h"
#include "backends/common/testing/fake_backend.h"

namespace onnxifi::testing {
namespace {

TEST(FirstCallTest, R_048_NoMemory) {
  int failures = 0;
  for (int64_t allowed = 0;; ++allowed) {
    onnxBackendID slots[2] = {&failures, &failures};
    size_t count = 2;
    onnxStatus status = ONNXIFI_STATUS_SUCCESS;
    bool failed = false;
    {
      const AllocFailure failure(allowed);
      status = onnxGetBackendIDs(slots, &count);
      failed = AllocFailure::Happened();
    }
    if (!failed) {
      // Leave the first success to the next test.
      ASSERT_EQ(status, ONNXIFI_STATUS_SUCCESS);
      for (onnxBackendID id : slots) {
        EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
      }
      break;
    }
    ASSERT_EQ(status, ONNXIFI_STATUS_NO_SYSTEM_MEMORY) << allowed;
    EXPECT_EQ(count, 2u);
    EXPECT_EQ(slots[0], static_cast<void*>(&failures));
    ++failures;
  }
  EXPECT_GT(failures, 2);
}

}  // namespace
}  // namespace onnxifi::testing
