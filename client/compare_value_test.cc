// Comparison of strings, sequences, optionals, maps and random values.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "client/compare.h"

namespace onnxifi::client {
namespace {

using graph::DataType;
using Kind = HostValue::Kind;

HostValue Numbers(const std::vector<double>& values,
                  DataType type = DataType::kFloat) {
  HostTensor tensor =
      HostTensor::Make("y", type, {static_cast<int64_t>(values.size())})
          .value();
  for (size_t i = 0; i < values.size(); ++i) {
    SetElement(tensor, static_cast<int64_t>(i), values[i]);
  }
  return HostValue(std::move(tensor));
}

HostValue Shaped(graph::Shape dims) {
  return HostValue(
      HostTensor::Make("y", DataType::kFloat, std::move(dims)).value());
}

HostValue Strings(const std::vector<std::string>& values) {
  HostTensor tensor = HostTensor::Make("y", DataType::kString,
                                       {static_cast<int64_t>(values.size())})
                          .value();
  std::copy(values.begin(), values.end(), tensor.strings().begin());
  return HostValue(std::move(tensor));
}

template <typename... Values>
HostValue Of(Kind kind, Values... values) {
  HostValue value;
  value.kind = kind;
  value.tensor.set_name("y");
  (value.elements.push_back(std::move(values)), ...);
  return value;
}

HostValue Map(HostValue keys, HostValue values) {
  keys.kind = Kind::kMap;
  keys.elements.push_back(std::move(values));
  return keys;
}

bool Equal(const HostValue& want, const HostValue& got) {
  return Compare(want, got, {}).equal;
}

std::string Reason(const HostValue& want, const HostValue& got) {
  const Comparison result = Compare(want, got, {});
  EXPECT_FALSE(result.equal);
  EXPECT_GT(result.mismatches, 0);
  return result.reason;
}

TEST(CompareValueTest, StringsAreExact) {
  EXPECT_TRUE(Equal(Strings({"a", ""}), Strings({"a", ""})));
  EXPECT_EQ(Reason(Strings({"a", "b"}), Strings({"a", "B"})),
            "output 'y': string 1 differs: expected 'b', got 'B'");
  EXPECT_FALSE(Equal(Strings({"a"}), Strings({std::string("a\0", 2)})));
  EXPECT_FALSE(Equal(Strings({"a"}), Strings({"a", "a"})));
  EXPECT_FALSE(Equal(Strings({"1"}), Numbers({1})));
}

TEST(CompareValueTest, EmptyTensorsDifferByShapeAndType) {
  EXPECT_TRUE(Equal(Shaped({0, 3}), Shaped({0, 3})));
  EXPECT_NE(Reason(Shaped({0, 3}), Shaped({3, 0})).find("shape 0x3"),
            std::string::npos);
  EXPECT_FALSE(Equal(Shaped({0}), Numbers({}, DataType::kDouble)));
}

TEST(CompareValueTest, SequencesElementByElement) {
  const HostValue want =
      Of(Kind::kSequence, Numbers({1}), Numbers({std::nan(""), HUGE_VAL}));
  EXPECT_TRUE(Equal(want, Of(Kind::kSequence, Numbers({1}),
                             Numbers({std::nan(""), HUGE_VAL}))));
  EXPECT_NE(Reason(want, Of(Kind::kSequence, Numbers({1}),
                            Numbers({std::nan(""), -HUGE_VAL})))
                .find("element 1: 1 of 2 elements differ"),
            std::string::npos);
  EXPECT_NE(Reason(want, Of(Kind::kSequence, Numbers({1})))
                .find("expected sequence of 2, got sequence of 1"),
            std::string::npos);
  EXPECT_FALSE(Equal(want, Numbers({1})));
  EXPECT_FALSE(Equal(Of(Kind::kSequence), Of(Kind::kOptional)));
  EXPECT_TRUE(Equal(Of(Kind::kSequence), Of(Kind::kSequence)));
}

TEST(CompareValueTest, Optionals) {
  EXPECT_TRUE(Equal(Of(Kind::kOptional), Of(Kind::kOptional)));
  EXPECT_NE(Reason(Of(Kind::kOptional), Of(Kind::kOptional, Numbers({1})))
                .find("expected empty optional"),
            std::string::npos);
  EXPECT_FALSE(Equal(Of(Kind::kOptional, Numbers({1})),
                     Of(Kind::kOptional, Numbers({2}))));
}

TEST(CompareValueTest, MapsInAnyOrder) {
  const HostValue want = Map(Strings({"a", "b"}), Numbers({1, 2}));
  EXPECT_TRUE(Equal(want, Map(Strings({"a", "b"}), Numbers({1, 2}))));
  EXPECT_TRUE(Equal(want, Map(Strings({"b", "a"}), Numbers({2, 1}))));
  EXPECT_NE(Reason(want, Map(Strings({"b", "a"}), Numbers({1, 2})))
                .find("values: 2 of 2"),
            std::string::npos);
  EXPECT_NE(Reason(want, Map(Strings({"a", "c"}), Numbers({1, 2})))
                .find("key 'b' is missing"),
            std::string::npos);
  EXPECT_FALSE(Equal(want, Map(Strings({"a", "a"}), Numbers({1, 2}))));
  EXPECT_FALSE(Equal(want, Map(Strings({"a"}), Numbers({1}))));
  EXPECT_TRUE(
      Equal(Map(Numbers({3, -4}, DataType::kInt64), Strings({"x", "y"})),
            Map(Numbers({-4, 3}, DataType::kInt64), Strings({"y", "x"}))));
  EXPECT_FALSE(Equal(Map(Numbers({3}, DataType::kInt64), Numbers({1})),
                     Map(Numbers({3}, DataType::kInt32), Numbers({1}))));
}

TEST(CompareValueTest, ErrorsAreTheWorstOfAllParts) {
  const Comparison result =
      Compare(Of(Kind::kSequence, Numbers({1}), Numbers({10})),
              Of(Kind::kSequence, Numbers({1.0005}), Numbers({15})), {});
  EXPECT_FALSE(result.equal);
  EXPECT_EQ(result.max_abs_error, 5);
  EXPECT_EQ(result.max_rel_error, 0.5);
}

TEST(CompareValueTest, RandomValuesNeedTheRangeOnly) {
  const ValueRange range = {0, 1};
  EXPECT_TRUE(CompareRange(Numbers({0, 0}), Numbers({1, 0.5}), range).equal);
  EXPECT_FALSE(CompareRange(Numbers({0}), Numbers({1.5}), range).equal);
  EXPECT_FALSE(CompareRange(Numbers({0}), Numbers({-0.1}), range).equal);
  EXPECT_FALSE(
      CompareRange(Numbers({0}), Numbers({std::nan("")}), range).equal);
  EXPECT_FALSE(CompareRange(Numbers({0}), Numbers({0, 0}), range).equal);
  EXPECT_FALSE(
      CompareRange(Numbers({0}), Numbers({0}, DataType::kDouble), range).equal);
  EXPECT_FALSE(CompareRange(Strings({"a"}), Strings({"a"}), range).equal);
}

}  // namespace
}  // namespace onnxifi::client
