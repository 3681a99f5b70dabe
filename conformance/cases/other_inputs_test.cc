#include "conformance/cases/other_inputs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace onnxifi::conformance {
namespace {

using client::HostTensor;
using client::HostValue;
using graph::DataType;

HostValue Tensor(DataType type, const std::vector<double>& numbers) {
  HostTensor tensor =
      HostTensor::Make("x", type, {static_cast<int64_t>(numbers.size())})
          .value();
  for (size_t i = 0; i < numbers.size(); ++i) {
    client::SetElement(tensor, static_cast<int64_t>(i), numbers[i]);
  }
  return HostValue(std::move(tensor));
}

std::vector<HostValue> List(HostValue a) {
  std::vector<HostValue> list;
  list.push_back(std::move(a));
  return list;
}

bool Same(const HostValue& a, const HostValue& b) {
  return a.tensor.bytes().size() == b.tensor.bytes().size() &&
         std::memcmp(a.tensor.bytes().data(), b.tensor.bytes().data(),
                     a.tensor.bytes().size()) == 0;
}

TEST(OtherInputsTest, FloatsChangeAndStayInTheirRange) {
  std::mt19937_64 random(1);
  for (const DataType type :
       {DataType::kFloat, DataType::kDouble, DataType::kFloat16}) {
    const std::vector<HostValue> old = List(Tensor(type, {-2, 0, 1, 5, 7}));
    const Result<std::vector<HostValue>> made = OtherInputs(old, random);
    ASSERT_TRUE(made.ok());
    ASSERT_EQ(made->size(), 1u);
    const HostTensor& tensor = (*made)[0].tensor;
    EXPECT_EQ(tensor.type(), type);
    EXPECT_EQ(tensor.dims(), old[0].tensor.dims());
    EXPECT_EQ(tensor.name(), "x");
    EXPECT_FALSE(Same(old[0], (*made)[0]));
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      const double value = client::ElementAsDouble(tensor, i);
      EXPECT_GE(value, -2);
      EXPECT_LE(value, 10);
    }
  }
}

TEST(OtherInputsTest, EqualAndInfiniteNumbersBecomeOthers) {
  std::mt19937_64 random(2);
  const std::vector<HostValue> zeros =
      List(Tensor(DataType::kFloat, {0, 0, 0}));
  EXPECT_FALSE(Same(zeros[0], OtherInputs(zeros, random).value()[0]));
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<HostValue> wild =
      List(Tensor(DataType::kFloat, {inf, -inf, std::nan("")}));
  const Result<std::vector<HostValue>> made = OtherInputs(wild, random);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::isfinite(client::ElementAsDouble((*made)[0].tensor, i)));
  }
}

TEST(OtherInputsTest, EverythingElseStays) {
  std::mt19937_64 random(3);
  std::vector<HostValue> old = List(Tensor(DataType::kInt32, {1, 2, 3}));
  old.push_back(Tensor(DataType::kBool, {1, 0}));
  HostValue sequence;
  sequence.kind = HostValue::Kind::kSequence;
  sequence.elements = List(Tensor(DataType::kFloat, {1, 2}));
  old.push_back(std::move(sequence));
  const Result<std::vector<HostValue>> made = OtherInputs(old, random);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(Same(old[0], (*made)[0]));
  EXPECT_TRUE(Same(old[1], (*made)[1]));
  ASSERT_EQ((*made)[2].elements.size(), 1u);
  EXPECT_FALSE(Same(old[2].elements[0], (*made)[2].elements[0]));
}

TEST(OtherInputsTest, DependsOnFloatsWantsOutputsThatVary) {
  const std::vector<HostValue> floats = List(Tensor(DataType::kFloat, {1, 2}));
  const std::vector<HostValue> equal = List(Tensor(DataType::kFloat, {2, 2}));
  const std::vector<HostValue> one = List(Tensor(DataType::kFloat, {2}));
  const std::vector<HostValue> none = List(Tensor(DataType::kFloat, {}));
  const std::vector<HostValue> ints = List(Tensor(DataType::kInt64, {1, 2}));
  const std::set<std::string> add = {"Add"};
  EXPECT_TRUE(DependsOnFloats(add, floats, floats));
  EXPECT_TRUE(DependsOnFloats(add, equal, floats));
  EXPECT_FALSE(DependsOnFloats(add, floats, equal));
  EXPECT_FALSE(DependsOnFloats(add, floats, one));
  EXPECT_FALSE(DependsOnFloats(add, floats, ints));
  EXPECT_FALSE(DependsOnFloats(add, ints, floats));
  EXPECT_FALSE(DependsOnFloats(add, none, floats));
  EXPECT_FALSE(DependsOnFloats({"Add", "EyeLike"}, floats, floats));
}

}  // namespace
}  // namespace onnxifi::conformance
