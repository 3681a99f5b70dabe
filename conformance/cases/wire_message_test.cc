#include "conformance/cases/wire_message.h"

#include <gtest/gtest.h>

namespace onnxifi::conformance {
namespace {

using graph::WireType;

WireMessage Sample() {
  WireMessage message;
  message.SetNumber(1, uint64_t{1} << 63);
  message.Add(2, "first");
  message.fields.push_back({3, WireType::kFixed32, 0x01020304, ""});
  message.fields.push_back({4, WireType::kFixed64, 0x0102030405060708, ""});
  message.Add(2, std::string("a\0b", 3));
  message.Add(5, "");
  return message;
}

TEST(WireMessageTest, BytesOfEveryType) {
  WireMessage message;
  message.SetNumber(1, 300);
  message.Add(2, "ab");
  message.fields.push_back({3, WireType::kFixed32, 0x01020304, ""});
  message.fields.push_back({16, WireType::kFixed64, 5, ""});
  EXPECT_EQ(message.Serialize(), std::string("\x08\xac\x02"
                                             "\x12\x02"
                                             "ab"
                                             "\x1d\x04\x03\x02\x01"
                                             "\x81\x01\x05\0\0\0\0\0\0\0",
                                             22));
}

TEST(WireMessageTest, ParsesWhatItWrites) {
  const WireMessage message = Sample();
  const std::string bytes = message.Serialize();
  const Result<WireMessage> parsed = WireMessage::Parse(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  ASSERT_EQ(parsed->fields.size(), message.fields.size());
  for (size_t i = 0; i < message.fields.size(); ++i) {
    EXPECT_EQ(parsed->fields[i].number, message.fields[i].number) << i;
    EXPECT_EQ(parsed->fields[i].type, message.fields[i].type) << i;
    EXPECT_EQ(parsed->fields[i].value, message.fields[i].value) << i;
    EXPECT_EQ(parsed->fields[i].bytes, message.fields[i].bytes) << i;
  }
  EXPECT_EQ(parsed->Serialize(), bytes);
}

TEST(WireMessageTest, RefusesEveryPartOfAField) {
  const std::string bytes = Sample().Serialize();
  size_t whole = 0;
  for (size_t size = 1; size < bytes.size(); ++size) {
    const Result<WireMessage> parsed =
        WireMessage::Parse(std::string_view(bytes).substr(0, size));
    whole += parsed.ok() ? 1 : 0;
  }
  EXPECT_EQ(whole, Sample().fields.size() - 1);
  EXPECT_FALSE(WireMessage::Parse("\x0b").ok()) << "a group";
}

TEST(WireMessageTest, LastOfSeveralCounts) {
  const WireMessage message = Sample();
  EXPECT_EQ(message.Text(2), std::string_view("a\0b", 3));
  EXPECT_EQ(message.Number(1), uint64_t{1} << 63);
  EXPECT_EQ(message.Find(9), nullptr);
  EXPECT_EQ(message.Text(9), "");
  EXPECT_EQ(message.Number(9), 0u);
}

TEST(WireMessageTest, SetReplacesAll) {
  WireMessage message = Sample();
  message.SetText(2, message.Text(2));  // of itself
  EXPECT_EQ(message.Text(2), std::string_view("a\0b", 3));
  EXPECT_EQ(message.fields.size(), Sample().fields.size() - 1);
  message.SetNumber(1, 7);
  EXPECT_EQ(message.Number(1), 7u);
  message.Remove(2);
  EXPECT_EQ(message.Find(2), nullptr);
  EXPECT_NE(message.Find(5), nullptr);
}

}  // namespace
}  // namespace onnxifi::conformance
