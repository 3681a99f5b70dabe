// Operators whose operand decides a shape, with that operand known before the
// run and only during it.
#include <gtest/gtest.h>

#include <functional>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using onnxifi::testing::OpTester;
using Ints = std::vector<int64_t>;

// An operator tester whose operands are constants or run-time inputs.
class OperandTester : public OpTester {
 public:
  OperandTester(const char* op, int opset, bool late)
      : OpTester(kAllOps, op, opset), late_(late) {}

  template <typename T>
  OperandTester& Operand(Shape dims, const std::vector<T>& values) {
    if (late_) {
      Input<T>(std::move(dims), values);
    } else {
      Constant<T>(std::move(dims), values);
    }
    return *this;
  }
  OperandTester& List(const Ints& values) {
    return Operand<int64_t>({static_cast<int64_t>(values.size())}, values);
  }
  OperandTester& Scalar(int64_t value) { return Operand<int64_t>({}, {value}); }

 private:
  const bool late_;
};

struct Case {
  const char* op;
  int opset;
  std::function<void(OperandTester&)> fill;
  std::vector<DataType> types = {DataType::kFloat};
};

std::vector<float> Ramp(int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i)
    values.push_back(0.5F + static_cast<float>(i));
  return values;
}

std::vector<Case> Shapes() {
  using T = OperandTester;
  return {
      {"Reshape", 14,
       [](T& t) {
         t.Input<float>({2, 3}, Ramp(6));
         t.List({0, -1, 1});
       }},
      {"Expand", 13,
       [](T& t) {
         t.Input<float>({2, 1}, Ramp(2));
         t.List({3, 1, 2});
       }},
      {"Tile", 13,
       [](T& t) {
         t.Input<float>({1, 2}, Ramp(2));
         t.List({2, 2});
       }},
      {"Tile", 1,
       [](T& t) {
         t.Input<float>({1, 2}, Ramp(2));
         t.Operand<float>({}, {3}).Operand<float>({}, {0});
       }},
      {"Unsqueeze", 13,
       [](T& t) {
         t.Input<float>({2}, Ramp(2));
         t.List({0, -1});
       }},
      {"Squeeze", 13,
       [](T& t) {
         t.Input<float>({1, 2, 1}, Ramp(2));
         t.List({-1});
       }},
      {"Range", 11,
       [](T& t) {
         t.Operand<float>({}, {1}).Operand<float>({}, {2});
         t.Operand<float>({}, {0.25});
       }},
      {"ConstantOfShape", 9,
       [](T& t) {
         t.List({2, 3});
       }},
      {"Split",
       18,
       [](T& t) {
         t.Input<float>({4}, Ramp(4));
         t.List({3, 1});
       },
       {DataType::kFloat, DataType::kFloat}},
  };
}

std::vector<Case> Selections() {
  using T = OperandTester;
  return {
      {"Slice", 13,
       [](T& t) {
         t.Input<float>({4, 3}, Ramp(12));
         t.List({-1, 1}).List({-9, 3}).List({0, 1}).List({-2, 1});
       }},
      {"Pad", 18,
       [](T& t) {
         t.Input<float>({2, 2}, Ramp(4));
         t.List({1, -1}).Input<float>({}, {7});
         t.List({1});
       }},
      {"CenterCropPad", 18,
       [](T& t) {
         t.Input<float>({3, 4}, Ramp(12));
         t.List({5, 2});
       }},
      {"OneHot", 11,
       [](T& t) {
         t.Input<int64_t>({3}, {0, -1, 9}).AttrInt("axis", 0);
         t.Scalar(4).Input<float>({2}, {0.5, 2});
       }},
      {"TopK",
       11,
       [](T& t) {
         t.Input<float>({2, 3}, Ramp(6));
         t.List({2});
       },
       {DataType::kFloat, DataType::kInt64}},
      {"ReduceSum", 13,
       [](T& t) {
         t.Input<float>({2, 3}, Ramp(6));
         t.List({-1});
       }},
      {"ReduceMax", 18,
       [](T& t) {
         t.Input<float>({2, 3}, Ramp(6)).AttrInt("keepdims", 0);
         t.List({0});
       }},
      {"Compress", 11,
       [](T& t) {
         t.Input<float>({2, 3}, Ramp(6)).AttrInt("axis", 1);
         t.Operand<bool>({3}, {true, false, true});
       }},
  };
}

std::vector<Case> Transforms() {
  using T = OperandTester;
  return {
      {"Col2Im", 18,
       [](T& t) {
         t.Input<float>({1, 4, 4}, Ramp(16));
         t.List({3, 3}).List({2, 2});
       }},
      {"AffineGrid", 20,
       [](T& t) {
         t.Input<float>({1, 2, 3}, {1, 0, 0.5, 0, 2, 0});
         t.List({1, 1, 2, 3});
       }},
      {"Resize", 19,
       [](T& t) {
         t.Input<float>({1, 1, 2, 2}, Ramp(4)).NoInput();
         t.Operand<float>({4}, {1, 1, 2, 1.5});
         t.AttrString("mode", "linear");
       }},
      {"Resize", 19,
       [](T& t) {
         t.Input<float>({1, 1, 2, 2}, Ramp(4)).NoInput().NoInput();
         t.List({1, 1, 3, 5});
       }},
      {"Upsample", 9,
       [](T& t) {
         t.Input<float>({1, 1, 1, 2}, Ramp(2));
         t.Operand<float>({4}, {1, 1, 2, 2});
       }},
      {"DFT", 20,
       [](T& t) {
         t.Input<float>({1, 6, 1}, Ramp(6));
         t.Scalar(4).Scalar(-2).AttrInt("onesided", 1);
       }},
      {"STFT", 17,
       [](T& t) {
         t.Input<float>({1, 8, 1}, Ramp(8));
         t.Scalar(2).NoInput();
         t.Scalar(4);
       }},
      {"HannWindow", 17, [](T& t) { t.Scalar(5); }},
      {"MelWeightMatrix", 17,
       [](T& t) {
         t.Scalar(3).Scalar(8).Scalar(8000);
         t.Operand<float>({}, {0}).Operand<float>({}, {4000});
       }},
      {"MaxUnpool", 11,
       [](T& t) {
         t.Input<float>({1, 1, 1, 2}, Ramp(2));
         t.Input<int64_t>({1, 1, 1, 2}, {1, 6});
         t.List({1, 1, 3, 5});
         t.AttrInts("kernel_shape", {2, 2}).AttrInts("strides", {2, 2});
       }},
  };
}

void ExpectLateEqualsKnown(const Case& c, bool untyped) {
  OperandTester known(c.op, c.opset, false);
  c.fill(known);
  known.Outputs(c.types);
  const Status planned = known.Run();
  ASSERT_TRUE(planned.ok()) << c.op << ": " << planned.message();
  EXPECT_FALSE(known.by_value()) << c.op;

  OperandTester late(c.op, c.opset, true);
  c.fill(late);
  late.Outputs(c.types);
  // A promise about the result that does not hold.
  late.OutputDims(std::vector<Shape>(c.types.size(), {7, 7}));
  if (untyped) late.Untyped();
  const Status status = late.Run();
  ASSERT_TRUE(status.ok()) << c.op << ": " << status.message();
  EXPECT_TRUE(late.by_value()) << c.op;
  for (size_t o = 0; o < c.types.size(); ++o) {
    EXPECT_EQ(late.OutputShape(o), known.OutputShape(o)) << c.op;
    EXPECT_EQ(late.OutputBytes(o), known.OutputBytes(o)) << c.op;
    EXPECT_FALSE(late.OutputBytes(o).empty()) << c.op;
  }
}

TEST(LateTest, ShapesFromTheRun) {
  for (const Case& c : Shapes()) ExpectLateEqualsKnown(c, false);
  for (const Case& c : Selections()) ExpectLateEqualsKnown(c, false);
}

TEST(LateTest, TransformsSizedByTheRun) {
  for (const Case& c : Transforms()) ExpectLateEqualsKnown(c, false);
}

TEST(LateTest, TypesFromTheRun) {
  for (const Case& c : Shapes()) ExpectLateEqualsKnown(c, true);
  for (const Case& c : Selections()) ExpectLateEqualsKnown(c, true);
  for (const Case& c : Transforms()) ExpectLateEqualsKnown(c, true);
}

// Sizes beyond all memory are a status, also where other dimensions are 0.
TEST(LateTest, HugeSizesFromTheRunAreErrors) {
  const int64_t huge = int64_t{1} << 46;
  const auto run = [](const char* op, int opset, const auto& fill) {
    OperandTester t(op, opset, true);
    fill(t);
    return t.Run();
  };
  using T = OperandTester;
  EXPECT_FALSE(run("Expand", 13, [&](T& t) {
                 t.Input<float>({1}, {1});
                 t.List({huge, huge});
               }).ok());
  EXPECT_FALSE(run("Tile", 13, [&](T& t) {
                 t.Input<float>({2}, {1, 2});
                 t.List({INT64_MAX});
               }).ok());
  EXPECT_FALSE(run("Range", 11, [&](T& t) {
                 t.Scalar(INT64_MIN).Scalar(INT64_MAX).Scalar(1);
               }).ok());
  EXPECT_FALSE(
      run("Range", 11, [&](T& t) { t.Scalar(0).Scalar(5).Scalar(0); }).ok());
  EXPECT_FALSE(run("ConstantOfShape", 9, [&](T& t) {
                 t.List({huge, 4});
               }).ok());
  EXPECT_FALSE(run("CenterCropPad", 18, [&](T& t) {
                 t.Input<float>({0, 1}, {});
                 t.List({0, huge});
               }).ok());
  EXPECT_FALSE(run("Pad", 13, [&](T& t) {
                 t.Input<float>({2}, {1, 2});
                 t.List({INT64_MAX, INT64_MAX});
               }).ok());
  EXPECT_FALSE(run("TopK", 11, [&](T& t) {
                 t.Input<float>({2}, {1, 2});
                 t.List({3});
               }).ok());
}

}  // namespace
}  // namespace onnxifi::cpu
