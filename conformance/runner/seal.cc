#include "conformance/runner/seal.h"

#include <random>

#include "base/str_cat.h"
#include "client/sha256.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kSealDigits = 16;

// The key at both ends: a hash of more than the line cannot be made from this.
std::string SealOf(std::string_view key, std::string_view line) {
  client::Sha256 hash;
  hash.Add(key);
  hash.Add(line);
  hash.Add(key);
  return hash.Finish().substr(0, kSealDigits);
}

}  // namespace

std::string NewSealKey() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::random_device device;
  std::string key;
  while (key.size() < 32) {
    unsigned bits = device();
    for (int i = 0; i < 8; ++i, bits >>= 4) key += kDigits[bits & 15];
  }
  return key;
}

std::string SealLine(std::string_view key, std::string_view line) {
  return StrCat(SealOf(key, line), " ", line);
}

std::optional<std::string> OpenSeal(std::string_view key,
                                    std::string_view sealed) {
  if (sealed.size() <= kSealDigits || sealed[kSealDigits] != ' ') {
    return std::nullopt;
  }
  const std::string_view line = sealed.substr(kSealDigits + 1);
  if (sealed.substr(0, kSealDigits) != SealOf(key, line)) return std::nullopt;
  return std::string(line);
}

}  // namespace onnxifi::conformance
