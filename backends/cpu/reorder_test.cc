#include "backends/cpu/reorder.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/thread_pool.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;

template <typename T>
std::vector<T> Reorder(DataType type, const Shape& dims, Layout from, Layout to,
                       const std::vector<T>& in, size_t out_size) {
  RunFn fn = nullptr;
  std::shared_ptr<const void> state;
  EXPECT_TRUE(MakeReorder({type, dims, from}, to, &fn, &state).ok());
  std::vector<T> out(out_size, T{77});
  ThreadPool pool(3);
  const void* inputs[] = {in.data()};
  void* outputs[] = {out.data()};
  EXPECT_EQ(fn(state.get(), {inputs, outputs, nullptr, &pool}),
            ONNXIFI_STATUS_SUCCESS);
  return out;
}

template <typename T>
void RoundTrip(DataType type) {
  for (const int64_t block : {8, 16}) {
    for (const int64_t channels : {1, 8, 13, 32}) {
      for (const int64_t points : {1, 63, 64, 130}) {
        const Shape dims = {2, channels, points, 1};
        const Layout layout = static_cast<Layout>(block);
        std::vector<T> plain(static_cast<size_t>(2 * channels * points));
        for (size_t i = 0; i < plain.size(); ++i) {
          plain[i] = static_cast<T>(i % 251);
        }
        const int64_t padded = (channels + block - 1) / block * block;
        const std::vector<T> blocked =
            Reorder(type, dims, Layout::kPlain, layout, plain,
                    static_cast<size_t>(2 * padded * points));
        for (int64_t n = 0; n < 2; ++n) {
          for (int64_t c = 0; c < padded; ++c) {
            for (int64_t p = 0; p < points; ++p) {
              const int64_t at =
                  ((n * padded / block + c / block) * points + p) * block +
                  c % block;
              const T want = c < channels
                                 ? plain[static_cast<size_t>(
                                       (n * channels + c) * points + p)]
                                 : T{0};
              ASSERT_EQ(blocked[static_cast<size_t>(at)], want);
            }
          }
        }
        EXPECT_EQ(
            Reorder(type, dims, layout, Layout::kPlain, blocked, plain.size()),
            plain);
        const Layout other =
            block == 8 ? Layout::kChannels16 : Layout::kChannels8;
        const int64_t width = static_cast<int64_t>(other);
        const size_t size = static_cast<size_t>(
            2 * ((channels + width - 1) / width * width) * points);
        EXPECT_EQ(Reorder(type, dims, layout, other, blocked, size),
                  Reorder(type, dims, Layout::kPlain, other, plain, size));
      }
    }
  }
}

TEST(Reorder, ElementsOfEveryWidth) {
  RoundTrip<float>(DataType::kFloat);
  RoundTrip<uint8_t>(DataType::kUint8);
  RoundTrip<uint16_t>(DataType::kFloat16);
  RoundTrip<double>(DataType::kDouble);
}

TEST(Reorder, NothingToBlockIsAnError) {
  RunFn fn = nullptr;
  std::shared_ptr<const void> state;
  EXPECT_FALSE(MakeReorder({DataType::kFloat, {4}, Layout::kPlain},
                           Layout::kChannels8, &fn, &state)
                   .ok());
  EXPECT_FALSE(MakeReorder({DataType::kInt4, {1, 4, 2, 2}, Layout::kPlain},
                           Layout::kChannels8, &fn, &state)
                   .ok());
}

}  // namespace
}  // namespace onnxifi::cpu
