#include "base/aligned_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <utility>

namespace onnxifi {
namespace {

TEST(AlignedMemoryTest, BlocksAreZeroAlignedAndWritable) {
  for (const size_t bytes :
       {size_t{0}, size_t{1}, size_t{1000}, (size_t{1} << 20) - 1,
        size_t{1} << 20, (size_t{5} << 20) + 3}) {
    const AlignedMemory memory = AlignedMemory::Allocate(bytes);
    ASSERT_TRUE(memory);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.data()) % 64, 0u);
    const char* const data = static_cast<const char*>(memory.data());
    for (size_t i = 0; i < bytes; i += 997) EXPECT_EQ(data[i], 0);
    std::memset(memory.data(), 0xAB, bytes);
    if (bytes > 0) {
      EXPECT_EQ(data[bytes - 1], static_cast<char>(0xAB));
    }
  }
}

TEST(AlignedMemoryTest, ImpossibleSizesGiveNoBlock) {
  EXPECT_FALSE(AlignedMemory::Allocate(SIZE_MAX));
  EXPECT_FALSE(AlignedMemory::Allocate(SIZE_MAX / 2));
}

TEST(AlignedMemoryTest, MovingHandsTheBlockOver) {
  AlignedMemory a = AlignedMemory::Allocate(size_t{3} << 20);
  void* const data = a.data();
  AlignedMemory b = std::move(a);
  EXPECT_EQ(b.data(), data);
  EXPECT_FALSE(a);  // NOLINT: the moved-from state is specified
  a = std::move(b);
  EXPECT_EQ(a.data(), data);
  a.Reset();
  EXPECT_FALSE(a);
}

TEST(AlignedMemoryTest, KeptBlocksServeTheNextCallerAndAreZeroAgain) {
  constexpr size_t kBytes = size_t{4} << 20;
  const AlignedMemory::KeepFreed keep;
  void* first = nullptr;
  {
    const AlignedMemory memory = AlignedMemory::Allocate(kBytes);
    first = memory.data();
    std::memset(memory.data(), 1, kBytes);
  }
  const AlignedMemory larger = AlignedMemory::Allocate(2 * kBytes);
  EXPECT_NE(larger.data(), first);
  const AlignedMemory again = AlignedMemory::Allocate(kBytes - 5000);
  EXPECT_EQ(again.data(), first);
  const char* const data = static_cast<const char*>(again.data());
  for (size_t i = 0; i < kBytes - 5000; i += 511) ASSERT_EQ(data[i], 0);
}

}  // namespace
}  // namespace onnxifi
