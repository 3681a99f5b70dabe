// Conformance checklist 7.2: backend IDs.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "backends/common/testing/abi_fixture.h"

namespace onnxifi::testing {
namespace {

constexpr size_t kDevices = 2;

class IdTest : public ::testing::Test {
 protected:
  static void Release(const std::vector<onnxBackendID>& ids) {
    for (onnxBackendID id : ids) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }
  static std::vector<onnxBackendID> Enumerate() {
    std::vector<onnxBackendID> ids(kDevices);
    size_t count = ids.size();
    EXPECT_EQ(onnxGetBackendIDs(ids.data(), &count), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(count, kDevices);
    return ids;
  }
  static onnxStatus Query(onnxBackendID id) {
    size_t size = 0;
    return onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, nullptr, &size);
  }
};

TEST_F(IdTest, R_025_R_026_CountNull) {
  EXPECT_EQ(onnxGetBackendIDs(nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  onnxBackendID slot = Garbage();
  EXPECT_EQ(onnxGetBackendIDs(&slot, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(slot, Garbage());
}

TEST_F(IdTest, R_027_R_028_NullQuery) {
  for (const size_t before : {size_t{0}, SIZE_MAX}) {
    size_t count = before;
    EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
    EXPECT_EQ(count, kDevices);
  }
}

TEST_F(IdTest, R_029_R_030_R_031_TooSmallABufferIsNotTouched) {
  for (const size_t capacity : {kDevices - 1, size_t{0}}) {
    onnxBackendID slots[kDevices] = {Garbage(), Garbage()};
    size_t count = capacity;
    EXPECT_EQ(onnxGetBackendIDs(slots, &count), ONNXIFI_STATUS_FALLBACK);
    EXPECT_EQ(count, kDevices);
    for (onnxBackendID slot : slots) EXPECT_EQ(slot, Garbage());
  }
}

TEST_F(IdTest, R_032_R_034_ExactCapacity) {
  const std::vector<onnxBackendID> ids = Enumerate();
  const std::set<onnxBackendID> distinct(ids.begin(), ids.end());
  EXPECT_EQ(distinct.size(), kDevices);
  EXPECT_EQ(distinct.count(nullptr), 0u);
  Release(ids);
}

TEST_F(IdTest, R_033_LargerBuffer) {
  std::vector<onnxBackendID> ids(kDevices + 3, Garbage());
  size_t count = ids.size();
  EXPECT_EQ(onnxGetBackendIDs(ids.data(), &count), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(count, kDevices);
  for (size_t i = kDevices; i < ids.size(); ++i) EXPECT_EQ(ids[i], Garbage());
  ids.resize(kDevices);
  Release(ids);
}

TEST_F(IdTest, R_037_SamePointerEachTime) {
  const auto first = Enumerate();
  const auto second = Enumerate();
  EXPECT_EQ(first, second);
  Release(first);
  Release(second);
  const auto third = Enumerate();
  EXPECT_EQ(first, third);
  Release(third);
}

TEST_F(IdTest, R_038_R_042_EveryEnumerationIsOneReference) {
  const auto ids = Enumerate();
  Enumerate();
  Release(ids);
  EXPECT_EQ(Query(ids[0]), ONNXIFI_STATUS_FALLBACK);
  Release(ids);
  EXPECT_EQ(Query(ids[0]), ONNXIFI_STATUS_INVALID_ID);
  EXPECT_EQ(onnxReleaseBackendID(ids[0]), ONNXIFI_STATUS_INVALID_ID);
}

TEST_F(IdTest, R_039_FallbackTakesNoReference) {
  size_t count = 0;
  EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
  const auto ids = Enumerate();
  EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
  Release(ids);
  EXPECT_EQ(Query(ids[0]), ONNXIFI_STATUS_INVALID_ID);
}

TEST_F(IdTest, R_041_R_043_ReleaseOfNoId) {
  int local = 0;
  for (void* value :
       {static_cast<void*>(nullptr), Garbage(), static_cast<void*>(&local),
        reinterpret_cast<void*>(~uintptr_t{0})}) {
    EXPECT_EQ(onnxReleaseBackendID(value), ONNXIFI_STATUS_INVALID_ID);
  }
}

TEST_F(IdTest, R_046_ReleaseAllAndEnumerateAgain) {
  for (int i = 0; i < 3; ++i) {
    const auto ids = Enumerate();
    EXPECT_EQ(Query(ids[0]), ONNXIFI_STATUS_FALLBACK);
    Release(ids);
  }
}

using HandleKindTest = AbiTest;

TEST_F(HandleKindTest, R_044_OtherHandlesAreNoIds) {
  for (void* handle : {backend_, NewGraph(models::Add()), NewEvent()}) {
    EXPECT_EQ(onnxReleaseBackendID(handle), ONNXIFI_STATUS_INVALID_ID);
    EXPECT_NE(LastError().find("backend ID"), std::string::npos);
  }
}

}  // namespace
}  // namespace onnxifi::testing
