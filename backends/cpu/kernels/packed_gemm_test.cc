#include "backends/cpu/kernels/packed_gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace onnxifi::cpu {
namespace {

struct Case {
  int64_t m, n, k;
};

const Case kCases[] = {{1, 1, 1},    {1, 1000, 512}, {5, 7, 3},
                       {13, 33, 64}, {128, 96, 65},  {97, 40, 300},
                       {3, 64, 0},   {64, 31, 1},    {200, 17, 19}};

class GemmProblem {
 public:
  GemmProblem(const Case& c, bool transposed) : c_(c) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    const auto fill = [&](std::vector<float>& v, int64_t count) {
      v.resize(static_cast<size_t>(count) + 1);
      for (float& x : v) x = normal(random);
    };
    fill(a_, c.m * (c.k + 2));
    fill(b_, (transposed ? c.n : c.k) * (c.n + c.k + 1));
    fill(bias_, c.n);
    fill(residual_, c.m * (c.n + 3));
    source_ = {b_.data(), transposed ? c.k + 1 : c.n + 1, transposed};
    c_out_.assign(static_cast<size_t>(c.m * (c.n + 3)) + 1, -77.0f);
  }

  double B(int64_t k, int64_t n) const {
    const int64_t at =
        source_.transposed ? n * source_.stride + k : k * source_.stride + n;
    return b_[static_cast<size_t>(at)];
  }

  void Run(ThreadPool& pool, bool bias, bool residual, UnaryFn finish) {
    std::vector<float> packed(PackedGemmFloats(c_.k, c_.n) + 1);
    PackGemm(source_, c_.k, c_.n, packed.data(), pool);
    GemmArgs args;
    args.m = c_.m;
    args.n = c_.n;
    args.k = c_.k;
    args.a = a_.data();
    args.a_stride = c_.k + 2;
    args.packed = packed.data();
    args.c = c_out_.data();
    args.c_stride = c_.n + 3;
    args.epilogue.bias = bias ? bias_.data() : nullptr;
    args.epilogue.residual = residual ? residual_.data() : nullptr;
    args.epilogue.finish = finish;
    Gemm(args, pool);
    for (int64_t i = 0; i < c_.m; ++i) {
      for (int64_t j = 0; j < c_.n; ++j) {
        const size_t at = static_cast<size_t>(i * (c_.n + 3) + j);
        double sum = bias ? bias_[static_cast<size_t>(j)] : 0.0;
        if (residual) sum += residual_[at];
        double magnitude = std::abs(sum);
        for (int64_t k = 0; k < c_.k; ++k) {
          const double product =
              B(k, j) * a_[static_cast<size_t>(i * (c_.k + 2) + k)];
          sum += product;
          magnitude += std::abs(product);
        }
        const double expected = finish != nullptr ? std::max(0.0, sum) : sum;
        ASSERT_NEAR(c_out_[at], expected, 1e-6 * magnitude + 1e-6)
            << c_.m << "x" << c_.n << "x" << c_.k << " at " << i << "," << j;
      }
      for (int64_t j = c_.n; j < c_.n + 3; ++j) {  // gaps stay untouched
        ASSERT_EQ(c_out_[static_cast<size_t>(i * (c_.n + 3) + j)], -77.0f);
      }
    }
  }

  Case c_;
  std::vector<float> a_, b_, bias_, residual_, c_out_;
  GemmSource source_;
};

TEST(PackedGemmTest, MatchesReferenceForAllFormsAndThreadCounts) {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    for (const Case& c : kCases) {
      for (const bool transposed : {false, true}) {
        for (const int form : {0, 1, 2, 3}) {
          GemmProblem problem(c, transposed);
          problem.Run(pool, (form & 1) != 0, (form & 2) != 0,
                      form == 3 ? FindFloatUnary(UnaryOp::kRelu) : nullptr);
        }
      }
    }
  }
}

}  // namespace
}  // namespace onnxifi::cpu
