#include "graph/text.h"

#include <gtest/gtest.h>

#include <string>

namespace onnxifi::graph {
namespace {

TEST(TextTest, KeepsOrdinaryNames) {
  EXPECT_EQ(Quoted("conv1/weights:0"), "'conv1/weights:0'");
  EXPECT_EQ(Printable("größe €"), "größe €");
}

TEST(TextTest, EscapesWhatATerminalWouldAct) {
  EXPECT_EQ(Printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("\x1b[31mred\n"), "\\x1b[31mred\\x0a");
  EXPECT_EQ(Printable("\x7f"), "\\x7f");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\xc2\\x9b");  // C1 control character
}

TEST(TextTest, EscapesBrokenUtf8) {
  EXPECT_EQ(Printable("\xff"), "\\xff");
  EXPECT_EQ(Printable("\xc3"), "\\xc3");
  EXPECT_EQ(Printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(Printable("\xf4\x90\x80\x80").substr(0, 4), "\\xf4");
}

TEST(TextTest, CutsLongNames) {
  const std::string shown = Printable(std::string(1 << 20, 'x'));
  EXPECT_LT(shown.size(), 300u);
  EXPECT_EQ(shown.substr(shown.size() - 3), "...");
}

}  // namespace
}  // namespace onnxifi::graph
