#include "client/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace onnxifi::client {
namespace {

TEST(EscapeTextTest, KeepsPlainTextAndUtf8) {
  EXPECT_EQ(EscapeText("conv/1 'x'"), "conv/1 'x'");
  EXPECT_EQ(EscapeText("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"),
            "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST(EscapeTextTest, T05_TerminalEscapesAreShownNotSent) {
  EXPECT_EQ(EscapeText("\x1B[31mred"), "\\x1b[31mred");
  EXPECT_EQ(EscapeText(std::string("a\0b\n", 4)), "a\\x00b\\x0a");
  EXPECT_EQ(EscapeText("\x7F"), "\\x7f");
  // The one-character form of ESC [ in C1, and a right-to-left override.
  EXPECT_EQ(EscapeText("\xC2\x9B"), "\\xc2\\x9b");
  EXPECT_EQ(EscapeText("\xE2\x80\xAE"), "\\xe2\\x80\\xae");
}

TEST(EscapeTextTest, InvalidUtf8IsEscaped) {
  EXPECT_EQ(EscapeText("\xC0\x80"), "\\xc0\\x80");           // overlong
  EXPECT_EQ(EscapeText("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(EscapeText("\xF5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
  EXPECT_EQ(EscapeText("a\xE2\x82"), "a\\xe2\\x82");  // cut off
}

TEST(NumberTextTest, DoesNotDependOnTheLocale) {
  EXPECT_EQ(NumberText(1.5), "1.5");
  EXPECT_EQ(NumberText(3e-7), "3e-07");
  EXPECT_EQ(NumberText(std::nan("")), "nan");
  EXPECT_EQ(NumberText(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(FixedText(12.345, 1), "12.3");
  EXPECT_EQ(FixedText(1e300, 0).size(), 301u);
  EXPECT_EQ(MillisecondsText(0.1234), "0.123");
  EXPECT_EQ(MillisecondsText(1234.5678), "1234.6");
}

}  // namespace
}  // namespace onnxifi::client
