#include "conformance/runner/seal.h"

#include <gtest/gtest.h>

namespace onnxifi::conformance {
namespace {

TEST(SealTest, LineComesBack) {
  const std::string key = NewSealKey();
  for (const std::string line : {"", "D", "B node/test_abs", "a b  c "}) {
    EXPECT_EQ(OpenSeal(key, SealLine(key, line)), line);
  }
}

TEST(SealTest, OtherLinesAreRefused) {
  const std::string key = NewSealKey();
  const std::string sealed = SealLine(key, "B node/test_abs");
  EXPECT_EQ(OpenSeal(NewSealKey(), sealed), std::nullopt);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(OpenSeal(key, changed), std::nullopt) << i;
    EXPECT_EQ(OpenSeal(key, sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(OpenSeal(key, sealed + "x"), std::nullopt);
  EXPECT_EQ(OpenSeal(key, "D"), std::nullopt);
}

TEST(SealTest, KeysDiffer) {
  EXPECT_EQ(NewSealKey().size(), 32u);
  EXPECT_NE(NewSealKey(), NewSealKey());
}

}  // namespace
}  // namespace onnxifi::conformance
