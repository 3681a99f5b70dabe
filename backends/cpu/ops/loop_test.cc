// If and Loop.
#include <gtest/gtest.h>

#include "backends/cpu/testing/model_runner.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::ElementsOf;
using testing::ModelRunner;
using testing::TensorOf;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

RunValue Count(int64_t n) { return TensorOf<int64_t>({}, {n}); }
RunValue Bool(bool value) { return TensorOf<bool>({}, {value}); }

TEST(IfTest, RunsOneBranchOnCapturedValues) {
  ModelRunner m(R"(g (bool c, float[n] x) => (float[m] y) {
    two = Constant <value = float {2.0}> ()
    y = If (c) <
      then_branch = t () => (float[a] r) { r = Mul(x, two) },
      else_branch = e () => (float[b] s) { s = Concat <axis = 0> (x, x) }>
  })");
  ASSERT_TRUE(m.Run({Bool(true), TensorOf<float>({2}, {1, 2})}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{2, 4}));
  ASSERT_TRUE(m.Run({Bool(false), TensorOf<float>({1}, {5})}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{5, 5}));
  // Any rank, but one element.
  ASSERT_TRUE(
      m.Run({TensorOf<bool>({1, 1}, {true}), TensorOf<float>({1}, {3})}).ok());
  const Status two =
      m.Run({TensorOf<bool>({2}, {true, true}), TensorOf<float>({1}, {3})});
  EXPECT_EQ(two.code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(IfTest, BranchesWithoutNodesGiveOuterValues) {
  ModelRunner m(R"(g (bool c, float[n] x) => (float[n] y, float[1] z) {
    k = Constant <value = float[1] {7.0}> ()
    y = If (c) <
      then_branch = t () => (float[n] x) {},
      else_branch = e () => (float[n] s) { s = Neg(x) }>
    z = If (c) <
      then_branch = t2 () => (float[1] k) {},
      else_branch = e2 () => (float[1] w) { w = Neg(k) }>
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  ASSERT_TRUE(m.Run({Bool(true), TensorOf<float>({2}, {1, 2})}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{1, 2}));
  EXPECT_EQ(m.Output<float>(1), (Floats{7}));
  ASSERT_TRUE(m.Run({Bool(false), TensorOf<float>({2}, {1, 2})}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{-1, -2}));
  EXPECT_EQ(m.Output<float>(1), (Floats{-7}));
}

// Captures across two levels, from a function that is inlined.
TEST(IfTest, NestedInAFunction) {
  const onnx::ModelProto model = graph::ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "local" : 1]>
    g (bool c, bool d, float[n] x) => (float[n] y) {
      one = Constant <value = float {1.0}> ()
      x1 = Add(x, one)
      y = local.pick(c, d, x1)
    }
    <domain: "local", opset_import: ["" : 17]>
    pick (c, d, v) => (r) {
      w = Mul(v, v)
      r = If (c) <
        then_branch = t () => (float[n] r1) {
          r1 = If (d) <
            then_branch = tt () => (float[n] r2) { r2 = Add(v, w) },
            else_branch = te () => (float[n] r3) { r3 = Sub(v, w) }>
        },
        else_branch = e () => (float[n] w2) { w2 = Identity(w) }>
    })");
  ModelRunner m(model);
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  const RunValue x = TensorOf<float>({1}, {2});
  ASSERT_TRUE(m.Run({Bool(true), Bool(true), x}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{12}));
  ASSERT_TRUE(m.Run({Bool(true), Bool(false), x}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{-6}));
  ASSERT_TRUE(m.Run({Bool(false), Bool(true), x}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{9}));
}

TEST(IfTest, AKnownConditionLeavesNoIf) {
  // The branch holds an If of its own whose condition is known as well; both
  // branches use the same names.
  ModelRunner m(R"(g (float[n] x) => (float[n] y, float[n] z, float[n] x2) {
    yes = Constant <value = bool {1}> ()
    no = Constant <value = bool {0}> ()
    y, x2 = If (yes) <
      then_branch = t () => (float[n] r, float[n] x) {
        a = Neg(x)
        r = If (no) <
          then_branch = tt () => (float[n] a) {},
          else_branch = te () => (float[n] b) { b = Add(a, a) }>
      },
      else_branch = e () => (float[n] x, float[n] q) { q = Identity(x) }>
    z = If (no) <
      then_branch = t2 () => (float[n] x) {},
      else_branch = e2 () => (float[n] r) {
        a = Abs(x)
        r = Add(a, y)
      }>
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  EXPECT_FALSE(m.by_value());
  ASSERT_TRUE(m.Run({TensorOf<float>({2}, {1, -2})}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{-2, 4}));
  EXPECT_EQ(m.Output<float>(1), (Floats{-1, 6}));
  EXPECT_EQ(m.Output<float>(2), (Floats{1, -2}));
}

constexpr const char* kCounted = R"(
  g (int64 n, bool go, float[1] start) => (float[1] last, float[k, 1] all) {
    step = Constant <value = float {1.5}> ()
    limit = Constant <value = float[1] {5.0}> ()
    last, all = Loop (n, go, start) <
      body = b (int64 i, bool cond, float[1] v)
          => (bool[1] more, float[1] w, float[1] seen) {
        w = Add(v, step)
        more = Less(w, limit)
        seen = Identity(v)
      }>
  })";

TEST(LoopTest, StopsAtTheCountOrTheCondition) {
  ModelRunner m(kCounted);
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  const RunValue start = TensorOf<float>({1}, {0});
  ASSERT_TRUE(m.Run({Count(2), Bool(true), start}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{3}));
  EXPECT_EQ(m.Output<float>(1), (Floats{0, 1.5}));
  EXPECT_EQ(m.dims(1), (Shape{2, 1}));
  // Nothing is reserved for iterations that are only announced.
  ASSERT_TRUE(m.Run({Count(INT64_MAX), Bool(true), start}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{6}));
  EXPECT_EQ(m.dims(1), (Shape{4, 1}));
}

TEST(LoopTest, NoIterationGivesEmptyOutputsOfTheDeclaredShape) {
  ModelRunner m(kCounted);
  const RunValue start = TensorOf<float>({1}, {3});
  for (const auto& [count, go] : std::vector<std::pair<int64_t, bool>>{
           {0, true}, {-4, true}, {5, false}}) {
    ASSERT_TRUE(m.Run({Count(count), Bool(go), start}).ok());
    EXPECT_EQ(m.Output<float>(0), (Floats{3}));
    EXPECT_EQ(m.dims(1), (Shape{0, 1}));
  }
}

TEST(LoopTest, OmittedCountAndCondition) {
  constexpr const char* kBody = R"( <
      body = b (int64[1] i, bool[1] cond, float v) => (bool[1] m, float w) {
        w = Add(v, one)
        m = Less(w, four)
      }>
    })";
  const std::string head = R"(g (float v0) => (float y) {
    one = Constant <value = float {1.0}> ()
    four = Constant <value = float[1] {4.0}> ()
    n = Constant <value = int64[1] {6}> ()
    yes = Constant <value = bool[1] {1}> ()
    y = Loop )";
  const RunValue zero = TensorOf<float>({}, {0});
  // A counted loop takes no notice of the body's condition; a loop with
  // neither stops by it.
  for (const auto& [inputs, result] :
       std::vector<std::pair<std::string, float>>{{"(n, \"\", v0)", 6},
                                                  {"(\"\", yes, v0)", 4},
                                                  {"(\"\", \"\", v0)", 4},
                                                  {"(n, yes, v0)", 4}}) {
    ModelRunner m(head + inputs + kBody);
    ASSERT_TRUE(m.status().ok()) << m.status().message();
    const Status status = m.Run({zero});
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(m.Output<float>(0), (Floats{result})) << inputs;
  }
}

TEST(LoopTest, CarriedTensorsMayGrow) {
  ModelRunner m(R"(g (int64 n, float[k] x) => (float[m] y) {
    yes = Constant <value = bool {1}> ()
    y = Loop (n, yes, x) <
      body = b (int64 i, bool c, float[a] v) => (bool d, float[e] w) {
        d = Identity(c)
        w = Concat <axis = 0> (v, x)
      }>
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  ASSERT_TRUE(m.Run({Count(40), TensorOf<float>({2}, {1, 2})}).ok());
  EXPECT_EQ(m.dims(0), (Shape{82}));
  EXPECT_EQ(m.Output<float>(0)[81], 2);
}

TEST(LoopTest, CarriedSequencesAndTheIterationNumber) {
  ModelRunner m(R"(g (int64 n) => (seq(int64[]) s, int64 length) {
    yes = Constant <value = bool {1}> ()
    none = SequenceEmpty <dtype = 7> ()
    s = Loop (n, yes, none) <
      body = b (int64 i, bool c, seq(int64[]) v)
          => (bool d, seq(int64[]) w) {
        d = Identity(c)
        square = Mul(i, i)
        w = SequenceInsert(v, square)
      }>
    length = SequenceLength(s)
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  const Status status = m.Run({Count(4)});
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(m.output(0).elements.size(), 4u);
  EXPECT_EQ(ElementsOf<int64_t>(m.output(0).elements[3]), (Ints{9}));
  EXPECT_EQ(m.Output<int64_t>(1), (Ints{4}));
}

TEST(LoopTest, LoopsNestAndReadBothLevels) {
  // all[i, j] = scale * (10 i + j)
  ModelRunner m(R"(g (int64 n, float scale) => (float[a, b] all) {
    yes = Constant <value = bool {1}> ()
    three = Constant <value = int64 {3}> ()
    ten = Constant <value = int64 {10}> ()
    all = Loop (n, yes) <
      body = outer (int64 i, bool c) => (bool d, float[b] row) {
        d = Identity(c)
        tens = Mul(i, ten)
        row = Loop (three, yes) <
          body = inner (int64 j, bool e) => (bool f, float cell) {
            f = Identity(e)
            sum = Add(tens, j)
            number = Cast <to = 1> (sum)
            cell = Mul(number, scale)
          }>
      }>
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  ASSERT_TRUE(m.Run({Count(2), TensorOf<float>({}, {2})}).ok());
  EXPECT_EQ(m.dims(0), (Shape{2, 3}));
  EXPECT_EQ(m.Output<float>(0), (Floats{0, 2, 4, 20, 22, 24}));
}

TEST(LoopTest, ScanOutputsOfChangingShapeAreAnError) {
  ModelRunner m(R"(g (int64 n, float[k] x) => (float[m] y, float[a, b] z) {
    yes = Constant <value = bool {1}> ()
    y, z = Loop (n, yes, x) <
      body = b (int64 i, bool c, float[a] v)
          => (bool d, float[e] w, float[f] u) {
        d = Identity(c)
        w = Concat <axis = 0> (v, x)
        u = Identity(w)
      }>
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  const Status status = m.Run({Count(2), TensorOf<float>({1}, {1})});
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(status.message().find("'u'"), std::string::npos);
}

TEST(LoopTest, AnErrorInTheBodyEndsTheRun) {
  ModelRunner m(R"(g (int64 n, float[k] x) => (float[a] z) {
    yes = Constant <value = bool {1}> ()
    z = Loop (n, yes) <
      body = b (int64 i, bool c) => (bool d, float u) {
        d = Identity(c)
        u = Gather(x, i)
      }>
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  EXPECT_TRUE(m.Run({Count(2), TensorOf<float>({2}, {1, 2})}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{1, 2}));
  EXPECT_EQ(m.Run({Count(3), TensorOf<float>({2}, {1, 2})}).code(),
            ONNXIFI_STATUS_INTERNAL_ERROR);
}

}  // namespace
}  // namespace onnxifi::cpu
