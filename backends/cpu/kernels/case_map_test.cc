#include "backends/cpu/kernels/case_map.h"

#include <gtest/gtest.h>

#include <clocale>

namespace onnxifi::cpu {
namespace {

std::string Upper(std::string_view text, bool turkic = false) {
  return ChangeCase(text, CaseChange::kUpper, turkic);
}
std::string Lower(std::string_view text, bool turkic = false) {
  return ChangeCase(text, CaseChange::kLower, turkic);
}

TEST(CaseMapTest, MapsEveryAlphabetWithCase) {
  EXPECT_EQ(Upper("abc xyz 123"), "ABC XYZ 123");
  EXPECT_EQ(Lower("ABC XYZ 123"), "abc xyz 123");
  EXPECT_EQ(Upper("\u00e0\u00fc\u00e7\u00ff"), "\u00c0\u00dc\u00c7\u0178");
  EXPECT_EQ(Lower("\u0391\u03a9"), "\u03b1\u03c9");  // Greek
  EXPECT_EQ(Upper("\u0436\u0451"), "\u0416\u0401");  // Cyrillic
  EXPECT_EQ(Upper("\u0561"), "\u0531");              // Armenian
  EXPECT_EQ(Lower("\U00010400"), "\U00010428");      // Deseret
  EXPECT_EQ(Upper("\u0101\u0103\u017e"), "\u0100\u0102\u017d");
}

TEST(CaseMapTest, OneCharacterStaysOne) {
  // The full mapping would be SS.
  EXPECT_EQ(Upper("stra\u00dfe"), "STRA\u00dfE");
  EXPECT_EQ(Lower("\u0130"), "i");
  EXPECT_EQ(Upper("\u4f60\u597d"), "\u4f60\u597d");
}

TEST(CaseMapTest, TurkishHasTwoLettersI) {
  EXPECT_EQ(Upper("i\u0131", true), "\u0130I");
  EXPECT_EQ(Lower("I\u0130", true), "\u0131i");
  EXPECT_TRUE(IsTurkicLocale("tr_TR.UTF-8"));
  EXPECT_TRUE(IsTurkicLocale("az"));
  EXPECT_FALSE(IsTurkicLocale("trv_TW"));
  EXPECT_FALSE(IsTurkicLocale("en_US"));
  EXPECT_FALSE(IsTurkicLocale(""));
}

TEST(CaseMapTest, DoesNotDependOnTheProcessLocale) {
  const std::string old = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(Upper("\u00e9"), "\u00c9");
  std::setlocale(LC_ALL, old.c_str());
}

TEST(CaseMapTest, KeepsBytesThatAreNoText) {
  for (const std::string& bad :
       {std::string("a\xff") + "b", std::string("\xc3"),
        std::string("\xe2\x82"), std::string("\xed\xa0\x80"),
        std::string("\xc0\xaf"), std::string("\xf5\x80\x80\x80"),
        std::string("\xf0\x80\x80\x80")}) {
    EXPECT_EQ(Lower(bad), bad);
  }
  EXPECT_EQ(Upper(std::string("a\xff") + "b"), std::string("A\xff") + "B");
  EXPECT_EQ(Upper(std::string("a\0b", 3)), std::string("A\0B", 3));
}

TEST(CaseMapTest, KnowsWhiteSpace) {
  for (const uint32_t c : {0x9u, 0x20u, 0xA0u, 0x3000u, 0x2009u}) {
    EXPECT_TRUE(IsWhiteSpace(c)) << c;
  }
  for (const uint32_t c : {0x0u, 0x41u, 0x200Bu, kNoCharacter}) {
    EXPECT_FALSE(IsWhiteSpace(c)) << c;
  }
}

}  // namespace
}  // namespace onnxifi::cpu
