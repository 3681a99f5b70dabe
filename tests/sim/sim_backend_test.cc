// Where the plugin's devices come from, and what the log says when there are
// none.
#include "tests/sim/sim_backend.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/log.h"

namespace onnxifi::sim {
namespace {

class SimBackendTest : public testing::Test {
 protected:
  void SetUp() override {
    SetLogSink(
        [](void* context, LogLevel level, std::string_view text) {
          if (level == LogLevel::kError) {
            static_cast<std::string*>(context)->append(text);
          }
        },
        &log_);
  }
  void TearDown() override {
    SetLogSink(nullptr, nullptr);
    unsetenv(kSimFileVariable);
  }

  void Use(const std::string& text) {
    const std::string path = testing::TempDir() + "sim_backend_test.json";
    std::ofstream(path) << text;
    setenv(kSimFileVariable, path.c_str(), 1);
  }

  std::string log_;
};

TEST_F(SimBackendTest, WithoutTheVariableThereIsNoDevice) {
  unsetenv(kSimFileVariable);
  const auto none = CreateSimBackends();
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
  EXPECT_EQ(log_, "");
}

TEST_F(SimBackendTest, ABadFileIsNoDeviceAndALineInTheLog) {
  Use(R"({"devices": [{"name": "a", "operators": "all"},
                      {"name": "b", "operators": "all", "max_rank": -1}]})");
  const auto none = CreateSimBackends();
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
  EXPECT_NE(log_.find("sim_backend_test.json: devices[1].max_rank: must be a "
                      "whole number from 0 to 64, not -1"),
            std::string::npos)
      << log_;
}

TEST_F(SimBackendTest, AMissingFileIsNoDeviceAndALineInTheLog) {
  setenv(kSimFileVariable, "/nowhere/machine.json", 1);
  const auto none = CreateSimBackends();
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
  EXPECT_EQ(log_, "no simulated devices: /nowhere/machine.json: not a file");
}

TEST_F(SimBackendTest, OneBackendADevice) {
  Use(R"({"devices": [{"name": "a", "operators": "all"},
                      {"name": "b", "operators": [], "device_type": "dsp"}]})");
  const auto devices = CreateSimBackends();
  ASSERT_TRUE(devices.ok());
  ASSERT_EQ(devices->size(), 2u);
  EXPECT_EQ((*devices)[0]->info().name, "a");
  EXPECT_EQ((*devices)[1]->info().name, "b");
  EXPECT_EQ((*devices)[1]->info().device_type,
            uint64_t{ONNXIFI_DEVICE_TYPE_DSP});
  EXPECT_EQ(log_, "");
}

}  // namespace
}  // namespace onnxifi::sim
