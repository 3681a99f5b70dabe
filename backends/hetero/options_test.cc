#include "backends/hetero/options.h"

#include <gtest/gtest.h>

namespace onnxifi::hetero {
namespace {

using Mode = partitioner::PlacerOptions::Mode;

TEST(HeteroOptionsTest, NothingSetIsTheDefault) {
  const Result<Options> options = Options::Parse(nullptr, nullptr, nullptr);
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_TRUE(options->devices.empty());
  EXPECT_EQ(options->placement.mode, Mode::kAuto);
  EXPECT_TRUE(options->report.empty());
}

TEST(HeteroOptionsTest, ReadsEveryForm) {
  Result<Options> options = Options::Parse("gpu,,sim NPU,", "random:77", "r");
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->devices, (std::vector<std::string>{"gpu", "sim NPU"}));
  EXPECT_EQ(options->placement.mode, Mode::kRandom);
  EXPECT_EQ(options->placement.seed, 77u);
  EXPECT_EQ(options->report, "r");
  options = Options::Parse("", "host", "");
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->placement.mode, Mode::kHost);
}

TEST(HeteroOptionsTest, RefusesOtherPlacements) {
  for (const char* text : {"gpu", "random", "random:", "random:x", "random:1x",
                           "random:99999999999999999999", "Host"}) {
    EXPECT_EQ(Options::Parse(nullptr, text, nullptr).status().code(),
              ONNXIFI_STATUS_INVALID_PROPERTY)
        << text;
  }
}

TEST(HeteroOptionsTest, ReadsHowCostsAreMeasured) {
  using Costs = partitioner::MeasuredCostsOptions::Mode;
  const std::pair<const char*, Costs> known[] = {{nullptr, Costs::kUse},
                                                 {"", Costs::kUse},
                                                 {"use", Costs::kUse},
                                                 {"off", Costs::kOff},
                                                 {"measure", Costs::kMissing}};
  for (const auto& [text, mode] : known) {
    const auto parsed = Options::ParseCalibration(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    EXPECT_EQ(*parsed, mode);
  }
  for (const char* text : {"on", "Off", "0", "measure "}) {
    EXPECT_EQ(Options::ParseCalibration(text).status().code(),
              ONNXIFI_STATUS_INVALID_PROPERTY)
        << text;
  }
}

}  // namespace
}  // namespace onnxifi::hetero
