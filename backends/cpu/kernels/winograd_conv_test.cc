#include "backends/cpu/kernels/winograd_conv.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace onnxifi::cpu {
namespace {

struct Case {
  int64_t batch, in_channels, out_channels, h, w, pad;
};

int64_t Padded(int64_t channels, int64_t block) {
  return (channels + block - 1) / block * block;
}

// Index of (n, c, y, x) in the blocked layout.
size_t At(int64_t n, int64_t c, int64_t y, int64_t x, int64_t channels,
          int64_t h, int64_t w, int64_t block) {
  const int64_t blocks = Padded(channels, block) / block;
  return static_cast<size_t>(
      (((n * blocks + c / block) * h + y) * w + x) * block + c % block);
}

class Problem {
 public:
  Problem(const Case& c, int block, int m) : c_(c), random_(7) {
    shape_.batch = c.batch;
    shape_.in_channels = c.in_channels;
    shape_.out_channels = c.out_channels;
    shape_.in_h = c.h;
    shape_.in_w = c.w;
    shape_.out_h = c.h + 2 * c.pad - 2;
    shape_.out_w = c.w + 2 * c.pad - 2;
    shape_.pad_top = shape_.pad_left = c.pad;
    shape_.block = block;
    shape_.m = m;
    std::normal_distribution<float> normal;
    weights_.resize(static_cast<size_t>(c.in_channels * c.out_channels * 9));
    for (float& w : weights_) w = normal(random_);
    bias_.assign(static_cast<size_t>(Padded(c.out_channels, block)), 0.0f);
    for (int64_t o = 0; o < c.out_channels; ++o) {
      bias_[static_cast<size_t>(o)] = normal(random_);
    }
    src_.assign(
        static_cast<size_t>(c.batch * c.h * c.w * Padded(c.in_channels, block)),
        0.0f);
    for (int64_t n = 0; n < c.batch; ++n) {
      for (int64_t i = 0; i < c.in_channels; ++i) {
        for (int64_t k = 0; k < c.h * c.w; ++k) {
          src_[At(n, i, k / c.w, k % c.w, c.in_channels, c.h, c.w, block)] =
              normal(random_);
        }
      }
    }
    const size_t outputs = static_cast<size_t>(
        c.batch * shape_.out_h * shape_.out_w * Padded(c.out_channels, block));
    residual_.resize(outputs);
    for (float& r : residual_) r = normal(random_);
    dst_.assign(outputs, std::nanf(""));
  }

  void Run(int threads, const WinogradEpilogue& epilogue) {
    ThreadPool pool(threads);
    std::vector<float> u(WinogradWeightFloats(shape_));
    WinogradTransformWeights(shape_, weights_.data(), u.data(), pool);
    std::vector<std::byte> scratch(WinogradScratchBytes(shape_, threads) + 64);
    const auto address = reinterpret_cast<uintptr_t>(scratch.data());
    std::byte* const aligned = scratch.data() + (64 - address % 64);
    WinogradRun(shape_, src_.data(), u.data(), epilogue, dst_.data(), aligned,
                pool);
  }

  // Sum and sum of magnitudes of one output, in double.
  double Reference(int64_t n, int64_t o, int64_t y, int64_t x,
                   double* magnitude) const {
    double sum = bias_[static_cast<size_t>(o)];
    *magnitude = std::abs(sum);
    for (int64_t i = 0; i < c_.in_channels; ++i) {
      for (int64_t k = 0; k < 9; ++k) {
        const int64_t yy = y + k / 3 - c_.pad;
        const int64_t xx = x + k % 3 - c_.pad;
        if (yy < 0 || xx < 0 || yy >= c_.h || xx >= c_.w) continue;
        const double product =
            static_cast<double>(src_[At(n, i, yy, xx, c_.in_channels, c_.h,
                                        c_.w, shape_.block)]) *
            weights_[static_cast<size_t>((o * c_.in_channels + i) * 9 + k)];
        sum += product;
        *magnitude += std::abs(product);
      }
    }
    return sum;
  }

  template <typename Expected>
  void Check(const Expected& expected) {
    for (int64_t n = 0; n < c_.batch; ++n) {
      for (int64_t o = 0; o < c_.out_channels; ++o) {
        for (int64_t k = 0; k < shape_.out_h * shape_.out_w; ++k) {
          const int64_t y = k / shape_.out_w, x = k % shape_.out_w;
          const size_t at = At(n, o, y, x, c_.out_channels, shape_.out_h,
                               shape_.out_w, shape_.block);
          double magnitude = 0;
          const double sum = Reference(n, o, y, x, &magnitude);
          ASSERT_NEAR(dst_[at], expected(sum, at), 4e-6 * magnitude + 1e-6)
              << "n " << n << " o " << o << " y " << y << " x " << x;
        }
      }
    }
  }

  Case c_;
  std::mt19937 random_;
  WinogradShape shape_;
  std::vector<float> weights_, bias_, src_, residual_, dst_;
};

constexpr float kInf = std::numeric_limits<float>::infinity();

const Case kCases[] = {
    {1, 8, 8, 4, 4, 1},     {1, 3, 5, 7, 9, 1},  {2, 16, 24, 14, 14, 1},
    {1, 40, 17, 5, 3, 0},   {3, 9, 33, 6, 6, 2}, {1, 64, 64, 28, 28, 1},
    {1, 256, 256, 8, 8, 1}, {1, 8, 8, 1, 1, 1},  {2, 160, 200, 20, 12, 1},
};

TEST(WinogradConvTest, MatchesDirectSumOnEveryShapeBlockAndTile) {
  int ran = 0;
  for (const int block : {8, 16}) {
    if (!WinogradSupported(block)) continue;
    for (const int m : {2, 4}) {
      for (const Case& c : kCases) {
        for (const int threads : {1, 3}) {
          Problem problem(c, block, m);
          WinogradEpilogue epilogue;
          epilogue.bias = problem.bias_.data();
          epilogue.lo = -kInf;
          epilogue.hi = kInf;
          problem.Run(threads, epilogue);
          problem.Check([](double sum, size_t) { return sum; });
          ++ran;
        }
      }
    }
  }
  // Every x86-64 machine of the last ten years has AVX2.
  EXPECT_TRUE(ran > 0 || !__builtin_cpu_supports("avx2"));
}

TEST(WinogradConvTest, EpilogueAddsResidualClampsAndLeaks) {
  for (const int block : {8, 16}) {
    if (!WinogradSupported(block)) continue;
    Problem problem({1, 16, 20, 10, 10, 1}, block, 4);
    WinogradEpilogue epilogue;
    epilogue.bias = problem.bias_.data();
    epilogue.residual = problem.residual_.data();
    epilogue.lo = -20;
    epilogue.hi = 6;
    epilogue.slope = 0.5f;
    problem.Run(2, epilogue);
    problem.Check([&](double sum, size_t at) {
      const double y =
          std::min(6.0, std::max(-20.0, sum + problem.residual_[at]));
      return y < 0 ? 0.5 * y : y;
    });
  }
}

}  // namespace
}  // namespace onnxifi::cpu
