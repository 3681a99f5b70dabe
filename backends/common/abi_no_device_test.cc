// A plugin without devices, and one that cannot start.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "backends/common/abi_main.h"

namespace {

int g_starts = 0;

onnxifi::Result<std::vector<std::unique_ptr<onnxifi::Backend>>> NoDevices() {
  if (g_starts++ == 0) {
    return onnxifi::Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                           "the driver does not answer");
  }
  onnxifi::NoteNoBackends("no device is plugged in");
  return std::vector<std::unique_ptr<onnxifi::Backend>>();
}

TEST(NoDeviceTest, R_035_R_036_NoBackends) {
  testing::internal::CaptureStderr();
  size_t count = 5;
  onnxBackendID slots[4] = {&count, &count, &count, &count};
  EXPECT_EQ(onnxGetBackendIDs(slots, &count), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(count, 5u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "onnxifi: error: no backends: the driver does not answer\n");

  EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
  EXPECT_EQ(count, 0u);
  for (const size_t capacity : {0, 4}) {
    count = capacity;
    EXPECT_EQ(onnxGetBackendIDs(slots, &count), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(slots[0], static_cast<void*>(&count));
  }
  EXPECT_EQ(g_starts, 2);

  EXPECT_EQ(onnxifiWhyNoBackends(nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  size_t size = 0;
  EXPECT_EQ(onnxifiWhyNoBackends(nullptr, &size), ONNXIFI_STATUS_FALLBACK);
  std::vector<char> text(size);
  EXPECT_EQ(onnxifiWhyNoBackends(text.data(), &size), ONNXIFI_STATUS_SUCCESS);
  EXPECT_STREQ(text.data(), "no device is plugged in");
}

}  // namespace

ONNXIFI_DEFINE_PLUGIN(NoDevices)
