#include "partitioner/calibration_text.h"

#include <gtest/gtest.h>

#include <random>

#include "base/str_cat.h"

namespace onnxifi::partitioner {
namespace {

constexpr char kDevice[] = "gpu | 1 | vendor | chip | cpu | 2 CPUs, 2 threads";

Calibration Sample() {
  Calibration calibration;
  calibration.launch = 20000;
  calibration.from_host = CopyCost{1000, 100};
  calibration.to_host = CopyCost{2000, 200};
  calibration.nodes = {{"Conv 0123456789abcdef", 77},
                       {"com.odd?Name fedcba9876543210", kMostNodeNs}};
  return calibration;
}

bool Same(const Calibration& a, const Calibration& b) {
  return FormatCalibration(kDevice, a) == FormatCalibration(kDevice, b);
}

// The sample with one part of its text replaced.
std::string With(const std::string& from, const std::string& to) {
  std::string text = FormatCalibration(kDevice, Sample());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

TEST(CalibrationTextTest, ReadsWhatItWrites) {
  const std::string text = FormatCalibration(kDevice, Sample());
  const Result<Calibration> read = ParseCalibration(text, kDevice);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->launch, 20000);
  EXPECT_EQ(read->from_host->latency, 1000);
  EXPECT_EQ(read->to_host->picoseconds, 200);
  EXPECT_EQ(read->nodes, Sample().nodes);
  EXPECT_EQ(FormatCalibration(kDevice, *read), text);
  const Result<Calibration> nothing =
      ParseCalibration(FormatCalibration(kDevice, {}), kDevice);
  ASSERT_TRUE(nothing.ok()) << nothing.status().message();
  EXPECT_TRUE(nothing->empty());
}

TEST(CalibrationTextTest, RefusesWhatIsNotItsOwn) {
  const std::string good = FormatCalibration(kDevice, Sample());
  EXPECT_FALSE(ParseCalibration(good, "another device").ok());
  EXPECT_TRUE(
      ParseCalibration(With("\"launch_ns\"", "\"later\""), kDevice).ok());
  const std::vector<std::string> bad = {
      "",
      "[]",
      "{}",
      "null",
      good.substr(0, good.size() / 2),
      good + "x",
      With("calibration/1", "calibration/2"),
      With("20000", "-1"),
      With("20000", "1.5"),
      With("20000", "\"1\""),
      With("20000", "99999999999999999999"),
      With("20000", "18446744073709551615"),
      With("1000", "-1000"),
      With("100\n", "1000000001\n"),
      With("77", "0"),
      With("77", "1000000000001"),
      With("77", "null"),
      With("0123456789abcdef", "0123456789abcdeX"),
      With("Conv 0", "Conv0"),
      With("Conv ", " "),
      With("\"nodes\": {", "\"nodes\": [], \"no\": {"),
      With("\"nodes\"", "\"no\""),
  };
  for (const std::string& text : bad) {
    const Result<Calibration> read = ParseCalibration(text, kDevice);
    EXPECT_EQ(read.status().code(), ONNXIFI_STATUS_INVALID_PROPERTY) << text;
  }
}

TEST(CalibrationTextTest, RefusesTooManyNodes) {
  Calibration many;
  for (size_t i = 0; i <= kMostCalibratedNodes; ++i) {
    std::string digits = std::to_string(i);
    digits.insert(0, 16 - digits.size(), '0');
    many.nodes["Op " + digits] = 1;
  }
  EXPECT_FALSE(
      ParseCalibration(FormatCalibration(kDevice, many), kDevice).ok());
  many.nodes.erase(many.nodes.begin());
  EXPECT_TRUE(ParseCalibration(FormatCalibration(kDevice, many), kDevice).ok());
}

// What is taken is in order whatever the text was: writing it and reading that
// gives the same again.
TEST(CalibrationTextTest, MutatedTextIsRefusedOrInOrder) {
  const std::string good = FormatCalibration(kDevice, Sample());
  constexpr char kBytes[] = "0123456789-+.eE{}[]\",: \\\n\0\xff";
  std::mt19937 random(7);
  size_t taken = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    for (uint32_t edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % text.size();
      const char byte = kBytes[random() % (sizeof(kBytes) - 1)];
      switch (random() % 4) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1 + random() % 9, byte);
          break;
        case 2:
          text.erase(at, 1 + random() % 20);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), 30));
      }
      if (text.empty()) text = "{";
    }
    const Result<Calibration> read = ParseCalibration(text, kDevice);
    if (!read.ok()) continue;
    ++taken;
    const Result<Calibration> again =
        ParseCalibration(FormatCalibration(kDevice, *read), kDevice);
    ASSERT_TRUE(again.ok()) << text;
    EXPECT_TRUE(Same(*again, *read)) << text;
  }
  EXPECT_GT(taken, 0u);
  EXPECT_FALSE(ParseCalibration(std::string(1 << 20, '['), kDevice).ok());
}

}  // namespace
}  // namespace onnxifi::partitioner
