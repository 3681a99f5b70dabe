// Programs of one graph run at the same time: nothing that kernels keep between
// runs is changed by them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "backends/cpu/testing/model_runner.h"

namespace onnxifi::cpu {
namespace {

using testing::ModelRunner;
using Floats = std::vector<float>;

// A network with convolutions of every way to run one: plain, blocked, 1x1,
// depthwise, with a residual; and a product of matrices.
std::string Network(const std::string& batch) {
  std::string text = "g (float[" + batch +
                     ",3,20,20] x) => (float[N,10] y) {"
                     "  zero = Constant <value = float {0.0}> ()"
                     "  one = Constant <value = float {1.0}> ()";
  const auto weights = [&text](const std::string& name, int64_t count,
                               const std::string& shape, int64_t rank) {
    text += name + "n = Constant <value = float {" + std::to_string(count) +
            ".0}> () " + name + "r = Range (zero, " + name + "n, one) " + name +
            "s = Sin (" + name + "r) " + name + "d = Constant <value = int64[" +
            std::to_string(rank) + "] {" + shape + "}> () " + name +
            " = Reshape (" + name + "s, " + name + "d) ";
  };
  weights("w1", 16 * 3 * 9, "16,3,3,3", 4);
  weights("w2", 16 * 16 * 9, "16,16,3,3", 4);
  weights("w3", 32 * 16, "32,16,1,1", 4);
  weights("w4", 32 * 9, "32,1,3,3", 4);
  weights("w5", 32 * 10, "32,10", 2);
  return text +
         "  a = Conv <pads = [1,1,1,1]> (x, w1)"
         "  b = Relu (a)"
         "  c = Conv <pads = [1,1,1,1]> (b, w2)"
         "  d = Add (c, b)"
         "  e = Conv (d, w3)"
         "  f = Conv <pads = [1,1,1,1], group = 32> (e, w4)"
         "  h = GlobalAveragePool (f)"
         "  i = Flatten (h)"
         "  j = MatMul (i, w5)"
         "  y = Softmax (j)"
         "}";
}

Floats Input(size_t count, size_t seed) {
  Floats x(count);
  for (size_t i = 0; i < count; ++i) {
    x[i] = static_cast<float>((i * 7 + seed * 13) % 17) / 17.0F;
  }
  return x;
}

void ExpectProgramsOverlap(const std::string& text) {
  constexpr size_t kCount = 2 * 3 * 20 * 20;
  ModelRunner model(text);
  ASSERT_TRUE(model.status().ok()) << model.status().message();
  ASSERT_FALSE(model.by_value());
  ASSERT_TRUE(model.compiled().concurrent());
  std::vector<std::unique_ptr<Executable>> programs;
  for (int t = 0; t < 4; ++t) {
    auto program = model.compiled().Specialize({{2, 3, 20, 20}});
    ASSERT_TRUE(program.ok()) << program.status().message();
    programs.push_back(std::move(program).value());
  }
  const auto run = [](Executable& program, const Floats& x, Floats* y) {
    const void* in = x.data();
    void* out = y->data();
    return program.Run({&in, 1}, {&out, 1});
  };
  std::vector<Floats> wanted(programs.size(), Floats(20));
  for (size_t t = 0; t < programs.size(); ++t) {
    ASSERT_EQ(run(*programs[0], Input(kCount, t), &wanted[t]),
              ONNXIFI_STATUS_SUCCESS);
  }
  ASSERT_NE(wanted[0], wanted[1]);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < programs.size(); ++t) {
    threads.emplace_back([&, t] {
      const Floats x = Input(kCount, t);
      for (int i = 0; i < 40; ++i) {
        Floats y(20);
        ASSERT_EQ(run(*programs[t], x, &y), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(y, wanted[t]) << "run " << i;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ConcurrentRunTest, OfFixedShapes) { ExpectProgramsOverlap(Network("2")); }

TEST(ConcurrentRunTest, OfAnyShapes) { ExpectProgramsOverlap(Network("N")); }

}  // namespace
}  // namespace onnxifi::cpu
