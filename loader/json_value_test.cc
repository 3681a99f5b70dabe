#include "loader/json_value.h"

#include <gtest/gtest.h>

#include <string>

namespace onnxifi::loader {
namespace {

std::optional<JsonValue> Parse(std::string_view text) {
  std::string error;
  auto value = ParseJson(text, &error);
  EXPECT_EQ(error.empty(), value.has_value()) << text;
  return value;
}

TEST(JsonValueTest, ReadsEveryKind) {
  const auto root = Parse(
      R"( {"a": [1, -2.5e3, true, false, null], "b": {"c": "x\u00e9\n"}} )");
  ASSERT_TRUE(root);
  const JsonValue* a = root->Find("a");
  ASSERT_NE(a, nullptr);
  ASSERT_EQ(a->items.size(), 5u);
  EXPECT_EQ(a->items[0].number, 1);
  EXPECT_EQ(a->items[1].number, -2500);
  EXPECT_TRUE(a->items[2].boolean);
  EXPECT_EQ(a->items[4].kind, JsonValue::Kind::kNull);
  EXPECT_EQ(root->Find("b")->Find("c")->string, "x\xC3\xA9\n");
  EXPECT_EQ(root->Find("missing"), nullptr);
}

TEST(JsonValueTest, ReadsSurrogatePairs) {
  const auto value = Parse(R"("\ud83d\ude00")");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->string, "\xF0\x9F\x98\x80");
}

class BadJsonTest : public testing::TestWithParam<const char*> {};

TEST_P(BadJsonTest, IsRefused) {
  std::string error;
  EXPECT_FALSE(ParseJson(GetParam(), &error)) << GetParam();
  EXPECT_NE(error.find("at byte"), std::string::npos) << error;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadJsonTest,
    testing::Values("", " ", "{", "}", "[", "[1", "[1,", "[1,]", "{\"a\"",
                    "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "\"", "\"\\",
                    "\"\\u12", "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"",
                    "\"\\u0000\"", "\"a\nb\"", "tru", "nul", "01", "-", "1.",
                    "+1", "1e", "1e999", "NaN", "inf", "-inf", "0x10", "1 2",
                    "{\"a\":1,\"a\":2}", "\xEF\xBB\xBF{}", "\"\xC0\x80\"",
                    "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"", "\"\xE2\x82\"",
                    "'a'", "//", "[1]/**/"));

TEST(JsonValueTest, BoundsDepthAndSize) {
  std::string error;
  const std::string deep(10000, '[');
  EXPECT_FALSE(ParseJson(deep, &error));
  EXPECT_NE(error.find("deep"), std::string::npos);
  std::string fits = std::string(31, '[') + "1" + std::string(31, ']');
  EXPECT_TRUE(ParseJson(fits, &error));
  const std::string large = "\"" + std::string(kMaxJsonBytes, 'x') + "\"";
  EXPECT_FALSE(ParseJson(large, &error));
}

TEST(JsonValueTest, RefusesNulAndDoesNotReadBeyondTheView) {
  std::string error;
  EXPECT_FALSE(ParseJson(std::string_view("{\0}", 3), &error));
  const std::string longer = "true and more";
  EXPECT_TRUE(ParseJson(std::string_view(longer).substr(0, 4), &error));
  const std::string number = "123456";
  const auto value = ParseJson(std::string_view(number).substr(0, 3), &error);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->number, 123);
}

TEST(JsonValueTest, QuotedTextReadsBackAndHidesBadBytes) {
  const std::string text = "a\"b\\c\n\t\x01 \xC3\xA9";
  std::string error;
  const auto back = ParseJson(QuoteJson(text), &error);
  ASSERT_TRUE(back) << error;
  EXPECT_EQ(back->string, text);
  EXPECT_EQ(QuoteJson("\xFFx"), "\"\xEF\xBF\xBDx\"");
}

}  // namespace
}  // namespace onnxifi::loader
