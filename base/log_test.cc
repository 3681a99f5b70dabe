#include "base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onnxifi {
namespace {

struct Message {
  LogLevel level;
  std::string text;
};

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    SetLogSink(
        [](void* self, LogLevel level, std::string_view text) {
          static_cast<LogTest*>(self)->messages_.push_back(
              {level, std::string(text)});
        },
        this);
  }
  void TearDown() override {
    SetLogSink(nullptr, nullptr);
    SetLogLevel(LogLevel::kWarning);
  }
  std::vector<Message> messages_;
};

TEST_F(LogTest, DefaultLevelIsWarning) {
  Log(LogLevel::kDebug, "d");
  Log(LogLevel::kInfo, "i");
  Log(LogLevel::kWarning, "w", 1);
  Log(LogLevel::kError, "e");
  ASSERT_EQ(messages_.size(), 2u);
  EXPECT_EQ(messages_[0].level, LogLevel::kWarning);
  EXPECT_EQ(messages_[0].text, "w1");
  EXPECT_EQ(messages_[1].text, "e");
}

TEST_F(LogTest, LevelIsALowerBound) {
  SetLogLevel(LogLevel::kError);
  EXPECT_FALSE(LogEnabled(LogLevel::kWarning));
  SetLogLevel(LogLevel::kDebug);
  EXPECT_TRUE(LogEnabled(LogLevel::kDebug));
  Log(LogLevel::kDebug, "detail");
  ASSERT_EQ(messages_.size(), 1u);
}

TEST_F(LogTest, DefaultSinkIsStandardErrorOnly) {
  SetLogSink(nullptr, nullptr);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Log(LogLevel::kError, "lost");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "onnxifi: error: lost\n");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_TRUE(messages_.empty());
}

}  // namespace
}  // namespace onnxifi
