// onnxifi_load and onnxifi_unload as 1.0 defines them, and in the variant
// with a 16th entry.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <onnxifi/onnxifi_loader.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

std::string Fixture(const std::string& name) {
  return std::string(ONNXIFI_FIXTURE_DIR) + "/libonnxifi-fake_" + name + ".so";
}

class StaticLoaderTest : public testing::Test {
 protected:
  StaticLoaderTest() { std::memset(&library_, 0xAB, sizeof(library_)); }

  bool IsZero() const {
    static const onnxifi_library kZero = {};
    return std::memcmp(&library_, &kZero, sizeof(kZero)) == 0;
  }

  onnxifi_library library_;
};

TEST_F(StaticLoaderTest, NullIsRefused) {
  EXPECT_EQ(onnxifi_load(1, Fixture("good").c_str(), nullptr), 0);
}

TEST_F(StaticLoaderTest, TheVersionIsABit) {
  for (uint32_t flags : {0u, 2u, 0x100u}) {
    std::memset(&library_, 0xAB, sizeof(library_));
    EXPECT_EQ(onnxifi_load(flags, Fixture("good").c_str(), &library_), 0);
    EXPECT_TRUE(IsZero());
  }
  ASSERT_NE(onnxifi_load(0x101, Fixture("good").c_str(), &library_), 0);
  EXPECT_EQ(library_.flags, 1u);
  onnxifi_unload(&library_);
}

TEST_F(StaticLoaderTest, FillsTheTableInOrder) {
  ASSERT_EQ(onnxifi_load(1, Fixture("good").c_str(), &library_), 1);
  EXPECT_NE(library_.handle, nullptr);
  size_t index = 0;
  for (const char* name :
       {"onnxGetBackendIDs", "onnxReleaseBackendID", "onnxGetBackendInfo",
        "onnxGetBackendCompatibility", "onnxInitBackend", "onnxReleaseBackend",
        "onnxInitEvent", "onnxSignalEvent", "onnxGetEventState",
        "onnxWaitEvent", "onnxReleaseEvent", "onnxInitGraph", "onnxSetGraphIO",
        "onnxRunGraph", "onnxReleaseGraph",
        "onnxGetExtensionFunctionAddress"}) {
    if (index == ONNXIFI_LOADER_FUNCTION_COUNT) break;
    EXPECT_EQ(library_.functions[index], dlsym(library_.handle, name)) << name;
    ++index;
  }
  EXPECT_EQ(index, size_t{ONNXIFI_LOADER_FUNCTION_COUNT});
  EXPECT_EQ(reinterpret_cast<void*>(library_.onnxReleaseGraph),
            library_.functions[14]);
  size_t count = 0;
  EXPECT_EQ(library_.onnxGetBackendIDs(nullptr, &count),
            ONNXIFI_STATUS_FALLBACK);
  onnxifi_unload(&library_);
  EXPECT_TRUE(IsZero());
  onnxifi_unload(&library_);
  onnxifi_unload(nullptr);
}

TEST_F(StaticLoaderTest, FailureLeavesZeroAndNothingLoaded) {
  //
  EXPECT_EQ(onnxifi_load(1, "/no/such/file.so", &library_), 0);
  EXPECT_TRUE(IsZero());
  std::memset(&library_, 0xAB, sizeof(library_));
  const std::string bad = Fixture("missing_symbol");
  EXPECT_EQ(onnxifi_load(1, bad.c_str(), &library_), 0);
  EXPECT_TRUE(IsZero());
  EXPECT_EQ(dlopen(bad.c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr);
}

TEST_F(StaticLoaderTest, The16thEntryIsMandatoryWhenItExists) {
  const std::string core_only = Fixture("core_only");
  const int expected = ONNXIFI_LOADER_FUNCTION_COUNT == 15 ? 1 : 0;
  EXPECT_EQ(onnxifi_load(1, core_only.c_str(), &library_), expected);
  onnxifi_unload(&library_);
}

// The test runs with the build's lib directory as LD_LIBRARY_PATH.
TEST_F(StaticLoaderTest, TheDefaultNameIsTheLoader) {
  ASSERT_EQ(onnxifi_load(1, nullptr, &library_), 1);
  Dl_info info;
  ASSERT_NE(dladdr(library_.functions[0], &info), 0);
  EXPECT_NE(std::string(info.dli_fname).find("libonnxifi.so"),
            std::string::npos);
  // The loader itself stays for the rest of the process.
  onnxifi_unload(&library_);
  EXPECT_NE(dlopen("libonnxifi.so", RTLD_NOW | RTLD_NOLOAD), nullptr);
}

}  // namespace
