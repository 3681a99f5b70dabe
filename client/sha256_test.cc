#include "client/sha256.h"

#include <gtest/gtest.h>

namespace onnxifi::client {
namespace {

// The examples of FIPS 180-4.
TEST(Sha256Test, KnownTexts) {
  EXPECT_EQ(Sha256Of(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Of("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      Sha256Of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Of(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PiecesAreAsTheWhole) {
  const std::string text(300, 'x');
  for (size_t piece = 1; piece < 130; ++piece) {
    Sha256 hash;
    for (size_t at = 0; at < text.size(); at += piece) {
      hash.Add(std::string_view(text).substr(at, piece));
    }
    EXPECT_EQ(hash.Finish(), Sha256Of(text)) << piece;
  }
}

}  // namespace
}  // namespace onnxifi::client
