#ifndef ONNXIFI_CLIENT_SHA256_H_
#define ONNXIFI_CLIENT_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace onnxifi::client {

// SHA-256 of FIPS 180-4, piece by piece.
class Sha256 {
 public:
  void Add(std::span<const std::byte> bytes);
  void Add(std::string_view text) { Add(std::as_bytes(std::span(text))); }
  // 64 hexadecimal digits; the object cannot be used any more.
  std::string Finish();

 private:
  void Block(const uint8_t* block);

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                    0xa54ff53a, 0x510e527f, 0x9b05688c,
                                    0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> pending_ = {};
  size_t pending_size_ = 0;
  uint64_t size_ = 0;
};

std::string Sha256Of(std::string_view text);
Result<std::string> Sha256OfFile(const std::string& path);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_SHA256_H_
