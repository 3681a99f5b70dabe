// Gradient nodes in bodies and functions, and gradients through If.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "backends/cpu/testing/gradient_tester.h"

namespace onnxifi::cpu {
namespace {

using testing::GradientModel;
using testing::GradientTester;
using testing::ModelRunner;
using testing::TensorOf;

using Floats = std::vector<float>;

// One float32 per input, but a bool `c` in front when it is given.
std::vector<Floats> RunModel(const onnx::ModelProto& model, int condition,
                             const Floats& inputs) {
  std::vector<RunValue> feeds;
  if (condition >= 0) feeds.push_back(TensorOf<bool>({}, {condition != 0}));
  for (const float input : inputs) {
    feeds.push_back(TensorOf<float>({1}, Floats{input}));
  }
  return testing::RunModel(model, std::move(feeds));
}

TEST(GradientBodyTest, InABranch) {
  const onnx::ModelProto model =
      GradientModel("bool c, float[1] x, float[1] p", R"(
        r = If (c) <
          then_branch = t () => (dx) {
            h = Mul(x, x)
            y = Mul(h, x)
            dx = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y"> (x)
          },
          else_branch = e () => (ex) {
            h = Mul(x, x)
            ex = ai.onnx.preview.training.Gradient <xs = ["x"], y = "h"> (p)
          }>)",
                    {"r"});
  EXPECT_EQ(RunModel(model, 1, {2, 5})[0], Floats{12});
  EXPECT_EQ(RunModel(model, 0, {2, 5})[0], Floats{10});
}

TEST(GradientBodyTest, PathThroughTheGraphsAround) {
  const onnx::ModelProto model =
      GradientModel("bool c, float[1] x, float[1] p", R"(
        k = Exp(p)
        h = Mul(x, x)
        q = Mul(h, p)
        r = If (c) <
          then_branch = t () => (dx) {
            dx = If (c) <
              then_branch = tt () => (dxx) {
                y = Mul(h, x)
                dxx = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y">
                      (x)
              },
              else_branch = te () => (same) { same = Neg(k) }>
          },
          else_branch = e () => (ex) {
            ex = ai.onnx.preview.training.Gradient <xs = ["x"], y = "q"> (p)
          }>)",
                    {"r"});
  EXPECT_EQ(RunModel(model, 1, {2, 5})[0], Floats{12});
  EXPECT_EQ(RunModel(model, 0, {2, 5})[0], Floats{50});
}

// Each step goes down the slope of (x - t)^2.
TEST(GradientBodyTest, DescentInALoop) {
  const onnx::ModelProto model = GradientModel("float[1] x, float[1] t", R"(
        n = Constant <value = int64 {10}> ()
        yes = Constant <value = bool {1}> ()
        rate = Constant <value = float {0.25}> ()
        r = Loop (n, yes, x) <
          body = b (int64 i, bool c, float[1] v) => (d, w) {
            d = Identity(c)
            e = Sub(v, t)
            y = Mul(e, e)
            g = ai.onnx.preview.training.Gradient
                <xs = ["v"], zs = ["t"], y = "y"> (v, t)
            s = Mul(g, rate)
            w = Sub(v, s)
          }>)",
                                               {"r"});
  // The distance is halved ten times.
  EXPECT_FLOAT_EQ(RunModel(model, -1, {3, 1})[0][0], 1 + 2 / 1024.0f);
}

TEST(GradientBodyTest, ThroughIf) {
  for (const char* bound : {"-100.0", "100.0"}) {
    const std::string nodes = std::string(R"(
        b = Constant <value = double {)") +
                              bound + R"(}> ()
        s = ReduceSum <keepdims = 0> (x)
        c = Greater(s, b)
        h = Exp(x)
        y, z = If (c) <
          then_branch = t () => (ty, tz) {
            ty = Mul(h, w)
            u = Tanh(x)
            tz = Mul(u, ty)
          },
          else_branch = e () => (ey, ez) {
            ey = Sin(x)
            ez = Mul(ey, ey)
          }>
        yz = Mul(y, z))";
    std::string text = nodes;
    // The tester differentiates y.
    const auto rename = [&](const std::string& from, const std::string& to) {
      for (size_t at = text.find(from); at != std::string::npos;
           at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
      }
    };
    rename("y, z = If", "a, z = If");
    rename("yz = Mul(y, z)", "y = Mul(a, z)");
    GradientTester("double[3] x, double[3] w", text).Range(-0.5, 0.5).Check();
  }
}

TEST(GradientBodyTest, ThroughIfAtOtherValues) {
  const onnx::ModelProto model =
      GradientModel("bool c, float[1] x, float[1] p", R"(
        h = Mul(x, x)
        y = If (c) <
          then_branch = t () => (ty) { ty = Mul(h, x) },
          else_branch = e () => (ey) { ey = Neg(h) }>
        dx = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y"> (p)
        ddx = ai.onnx.preview.training.Gradient <xs = ["x"], y = "dx"> (x)
        )",
                    {"dx", "y"});
  EXPECT_EQ(RunModel(model, 1, {2, 5})[0], Floats{75});
  EXPECT_EQ(RunModel(model, 1, {2, 5})[1], Floats{8});
  EXPECT_EQ(RunModel(model, 0, {2, 5})[0], Floats{-10});
}

TEST(GradientBodyTest, BranchThatIsKnown) {
  const onnx::ModelProto model = GradientModel("float[1] x", R"(
        c = Constant <value = bool {1}> ()
        y = If (c) <
          then_branch = t () => (ty) { ty = Mul(x, x) },
          else_branch = e () => (ey) { ey = Neg(x) }>
        dx = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y"> (x))",
                                               {"dx"});
  EXPECT_FALSE(ModelRunner(model).by_value());
  EXPECT_EQ(RunModel(model, -1, {3})[0], Floats{6});
}

// Inlining renames what a function's nodes make; the names in a Gradient must
// follow, for each call.
TEST(GradientFunctionTest, NamesFollowTheInliner) {
  const onnx::ModelProto model = graph::ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "local" : 1,
                                   "ai.onnx.preview.training" : 1]>
    g (float[1] a, float[1] h, bool c) => (float[1] p, float[1] q, float[1] s) {
      p = local.slope(a)
      q = local.slope(h)
      s = local.chosen(c, h)
    }
    <domain: "local",
     opset_import: ["" : 17, "ai.onnx.preview.training" : 1]>
    slope (x) => (r) {
      d = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y"> (x)
      h = Mul(x, x)
      y = Mul(h, x)
      r = Identity(d)
    }
    <domain: "local",
     opset_import: ["" : 17, "ai.onnx.preview.training" : 1]>
    chosen (c, x) => (r) {
      h = Exp(x)
      r = If (c) <
        then_branch = t () => (d) {
          y = Mul(h, h)
          d = ai.onnx.preview.training.Gradient <xs = ["h"], y = "y"> (h)
        },
        else_branch = e () => (n) { n = Neg(h) }>
    })");
  ModelRunner runner(model);
  const Status status =
      runner.Run({TensorOf<float>({1}, Floats{2}),
                  TensorOf<float>({1}, Floats{0}), TensorOf<bool>({}, {true})});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(runner.Output<float>(0), Floats{12});
  EXPECT_EQ(runner.Output<float>(1), Floats{0});
  EXPECT_EQ(runner.Output<float>(2), Floats{2});
}

}  // namespace
}  // namespace onnxifi::cpu
