// Conformance checklist 7.3: information queries.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/abi_fixture.h"

namespace onnxifi::testing {
namespace {

constexpr onnxBackendInfo kMandatory[] = {0,  1,  2,  3,  4,  5,  6,  7, 8,
                                          10, 11, 12, 13, 14, 20, 21, 22};
constexpr onnxBackendInfo kStrings[] = {1, 2, 3, 4, 5, 7, 8};

class InfoTest : public AbiTest {
 protected:
  std::string Bytes(onnxBackendInfo query, onnxBackendID id = nullptr) {
    if (id == nullptr) id = id_;
    size_t size = 0;
    EXPECT_EQ(onnxGetBackendInfo(id, query, nullptr, &size),
              ONNXIFI_STATUS_FALLBACK);
    std::string value(size, '?');
    EXPECT_EQ(onnxGetBackendInfo(id, query, value.data(), &size),
              ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(size, value.size());
    return value;
  }
  uint64_t Number(onnxBackendInfo query, onnxBackendID id = nullptr) {
    const std::string bytes = Bytes(query, id);
    uint64_t number = 0;
    EXPECT_EQ(bytes.size(), sizeof(number)) << query;
    if (bytes.size() == sizeof(number)) {
      std::memcpy(&number, bytes.data(), sizeof(number));
    }
    return number;
  }
};

TEST_F(InfoTest, R_049_SizeNull) {
  char value = 'x';
  EXPECT_EQ(onnxGetBackendInfo(id_, ONNXIFI_BACKEND_NAME, &value, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(value, 'x');
}

TEST_F(InfoTest, R_050_R_051_NoId) {
  for (void* id : {static_cast<void*>(nullptr), Garbage(), backend_}) {
    size_t size = 77;
    EXPECT_EQ(onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, nullptr, &size),
              ONNXIFI_STATUS_INVALID_ID);
    EXPECT_EQ(size, 77u);
  }
}

TEST_F(InfoTest, R_052_R_053_R_054_UnknownQueries) {
  for (const onnxBackendInfo query : {9, -1, 15, 23, 43, 44, 47, 0x7FFFFFFF}) {
    char value[64];
    std::memset(value, 'x', sizeof(value));
    size_t size = sizeof(value);
    EXPECT_EQ(onnxGetBackendInfo(id_, query, value, &size),
              ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE)
        << query;
    EXPECT_EQ(size, sizeof(value));
    for (char c : value) ASSERT_EQ(c, 'x');
  }
}

TEST_F(InfoTest, R_055_to_R_060_SizeProtocol) {
  for (const onnxBackendInfo query : kMandatory) {
    size_t exact = SIZE_MAX;
    ASSERT_EQ(onnxGetBackendInfo(id_, query, nullptr, &exact),
              ONNXIFI_STATUS_FALLBACK)
        << query;
    ASSERT_GT(exact, 0u);
    for (const size_t given : {size_t{0}, exact - 1, exact, exact + 16}) {
      std::vector<char> value(exact + 16, 'x');
      size_t size = given;
      const bool fits = given >= exact;
      EXPECT_EQ(onnxGetBackendInfo(id_, query, value.data(), &size),
                fits ? ONNXIFI_STATUS_SUCCESS : ONNXIFI_STATUS_FALLBACK);
      EXPECT_EQ(size, exact);
      for (size_t i = fits ? exact : 0; i < value.size(); ++i) {
        ASSERT_EQ(value[i], 'x') << query << " byte " << i;
      }
    }
  }
}

TEST_F(InfoTest, R_061_R_063_R_064_StringsEndOnce) {
  for (const onnxBackendInfo query : kStrings) {
    const std::string text = Bytes(query);
    EXPECT_EQ(text.find('\0'), text.size() - 1) << query;
    for (const char c : text) EXPECT_GE(c, 0) << query;
  }
}

TEST_F(InfoTest, R_062_Version) {
  EXPECT_EQ(Number(ONNXIFI_BACKEND_ONNXIFI_VERSION), 0x0000000100000000u);
}

TEST_F(InfoTest, R_065_R_253_Extensions) {
  const std::string text = Bytes(ONNXIFI_BACKEND_EXTENSIONS);
  EXPECT_STREQ(text.c_str(),
               "onnx_extension_function onnxSetIOAndRunGraphFunction "
               "onnxGetLastErrorFunction onnxGetInterfaceFunction");
}

TEST_F(InfoTest, R_066_to_R_075_Numbers) {
  EXPECT_EQ(Number(ONNXIFI_BACKEND_DEVICE_TYPE), ONNXIFI_DEVICE_TYPE_CPU);
  EXPECT_EQ(Number(ONNXIFI_BACKEND_INIT_PROPERTIES) & 0xffffffff, 0u);
  EXPECT_EQ(Number(ONNXIFI_BACKEND_GRAPH_INIT_PROPERTIES), 0u);
  EXPECT_EQ(Number(ONNXIFI_BACKEND_MEMORY_TYPES),
            uint64_t{ONNXIFI_MEMORY_TYPE_DEVICE});
  EXPECT_EQ(Number(ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES), 0u);
  EXPECT_GT(Number(ONNXIFI_BACKEND_MEMORY_SIZE), 0u);
  EXPECT_GT(Number(ONNXIFI_BACKEND_MAX_GRAPH_SIZE), 0u);
  EXPECT_GE(Number(ONNXIFI_BACKEND_MAX_GRAPH_COUNT), 1u);
  EXPECT_EQ(Number(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, other_id_), kFakeMaxGraphs);
  EXPECT_EQ(Number(ONNXIFI_BACKEND_MACS_FP32), 123u);
  size_t size = 5;
  EXPECT_EQ(onnxGetBackendInfo(id_, ONNXIFI_BACKEND_MACS_FP16, nullptr, &size),
            ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST_F(InfoTest, R_067_R_068_Versions) {
  EXPECT_STREQ(Bytes(ONNXIFI_BACKEND_ONNX_IR_VERSION).c_str(),
               "3 4 5 6 7 8 9 10");
  EXPECT_STREQ(Bytes(ONNXIFI_BACKEND_OPSET_VERSION).c_str(), "ai.onnx:28");
}

// The fake claims 0x04 and 0x10 without what they require.
TEST_F(InfoTest, R_069_R_070_CapabilitiesAreAClosedSet) {
  EXPECT_EQ(Number(ONNXIFI_BACKEND_CAPABILITIES),
            uint64_t{ONNXIFI_CAPABILITY_THREAD_SAFE |
                     ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE |
                     ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS});
  EXPECT_EQ(Number(ONNXIFI_BACKEND_CAPABILITIES, other_id_),
            uint64_t{ONNXIFI_CAPABILITY_THREAD_SAFE});
}

TEST_F(InfoTest, R_078_OddAddress) {
  char storage[17] = {};
  size_t size = 8;
  EXPECT_EQ(onnxGetBackendInfo(id_, ONNXIFI_BACKEND_ONNXIFI_VERSION,
                               storage + 1, &size),
            ONNXIFI_STATUS_SUCCESS);
  uint64_t version = 0;
  std::memcpy(&version, storage + 1, sizeof(version));
  EXPECT_EQ(version, 0x0000000100000000u);
}

TEST_F(InfoTest, R_077_R_083_ThreadsGetTheSameBytes) {
  std::vector<std::string> expected;
  for (const onnxBackendInfo query : kMandatory) {
    expected.push_back(Bytes(query));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        size_t i = 0;
        for (const onnxBackendInfo query : kMandatory) {
          EXPECT_EQ(Bytes(query), expected[i++]);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace onnxifi::testing
