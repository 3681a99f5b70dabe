#include "client/value_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/model_builder.h"
#include "client/compare.h"

namespace onnxifi::client {
namespace {

namespace fs = std::filesystem;
namespace fx = wire;
using graph::DataType;

class ValueFileTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove(path_); }

  Result<HostValue> Read(const std::string& bytes, const ValueInfo& declared) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return ReadValueFile(path_, declared);
  }

  const std::string path_ =
      fs::temp_directory_path() /
      ("onnxifi-value-" + std::to_string(::getpid()) + ".pb");
};

ValueInfo Info(ValueInfo::Kind kind, std::vector<ValueInfo> elements = {}) {
  ValueInfo info;
  info.name.push_back('x');
  info.kind = kind;
  info.type =
      kind == ValueInfo::Kind::kMap ? DataType::kInt64 : DataType::kFloat;
  info.elements = std::move(elements);
  return info;
}
ValueInfo Tensor() { return Info(ValueInfo::Kind::kTensor); }

std::string Floats(const std::vector<float>& values) {
  return fx::TensorOf<float>("", fx::kFloat,
                             {static_cast<int64_t>(values.size())}, values);
}
std::string Scalar(float value) {
  return fx::TensorOf<float>("", fx::kFloat, {}, {value});
}
std::string SequenceOf(const std::string& tensor) {
  return fx::WireWriter().Varint(2, 1).Bytes(3, tensor).bytes();
}

TEST_F(ValueFileTest, ReadsWhatTheModelDeclares) {
  const Result<HostValue> tensor = Read(Floats({1, 2}), Tensor());
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_EQ(tensor->name(), "x");
  EXPECT_EQ(TypeText(*tensor), "float32 2");
  const Result<HostValue> sequence = Read(
      SequenceOf(Floats({1, 2})), Info(ValueInfo::Kind::kSequence, {Tensor()}));
  ASSERT_TRUE(sequence.ok()) << sequence.status().message();
  EXPECT_EQ(TypeText(*sequence), "sequence of 1");
  EXPECT_EQ(Describe(*sequence), "x  sequence of 1  float32 2");
  EXPECT_FALSE(Read("\xff", Tensor()).ok());
  const Result<HostValue> wrong =
      Read("\xff", Info(ValueInfo::Kind::kSequence, {Tensor()}));
  EXPECT_NE(wrong.status().message().find("sequence of"), std::string::npos)
      << wrong.status().message();
}

TEST_F(ValueFileTest, OptionalsAndWhatStandsForThem) {
  const ValueInfo declared = Info(ValueInfo::Kind::kOptional, {Tensor()});
  const Result<HostValue> none =
      Read(fx::WireWriter().Varint(2, 0).bytes(), declared);
  ASSERT_TRUE(none.ok()) << none.status().message();
  EXPECT_EQ(TypeText(*none), "empty optional");
  for (const std::string& bytes :
       {SequenceOf(Floats({5})),  // an OptionalProto has the same fields
        Floats({5}), Scalar(5)}) {
    const Result<HostValue> one = Read(bytes, declared);
    ASSERT_TRUE(one.ok()) << one.status().message();
    EXPECT_EQ(one->kind, HostValue::Kind::kOptional);
    ASSERT_EQ(one->elements.size(), 1u);
    EXPECT_EQ(ElementAsDouble(one->elements[0].tensor, 0), 5);
  }
  // A sequence for an optional one.
  const Result<HostValue> list = Read(
      fx::WireWriter().Varint(2, 3).Bytes(5, SequenceOf(Scalar(1))).bytes(),
      Info(ValueInfo::Kind::kOptional,
           {Info(ValueInfo::Kind::kSequence, {Tensor()})}));
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(list->elements[0].kind, HostValue::Kind::kSequence);
  EXPECT_FALSE(Read("junk", declared).ok());
}

TEST_F(ValueFileTest, EverySerializedValueReadsBack) {
  const std::string map_of_one = fx::WireWriter()
                                     .Varint(2, 7)
                                     .Varint(3, static_cast<uint64_t>(-4))
                                     .Bytes(5, SequenceOf(Scalar(2.5f)))
                                     .bytes();
  const ValueInfo map = Info(ValueInfo::Kind::kMap, {Tensor()});
  const ValueInfo maps = Info(ValueInfo::Kind::kSequence, {map});
  const std::string sequence_of_maps =
      fx::WireWriter().Varint(2, 4).Bytes(6, map_of_one).bytes();
  const std::string strings = fx::WireWriter()
                                  .Varint(1, 2)
                                  .Varint(2, 8)
                                  .Bytes(6, "a")
                                  .Bytes(6, "")
                                  .bytes();
  const struct {
    std::string bytes;
    ValueInfo declared;
  } kRows[] = {
      {Floats({1, 2}), Tensor()},
      {strings, Tensor()},
      {SequenceOf(strings), Info(ValueInfo::Kind::kSequence, {Tensor()})},
      {"", Info(ValueInfo::Kind::kSequence, {Tensor()})},
      {"", Info(ValueInfo::Kind::kOptional, {Tensor()})},
      {SequenceOf(Scalar(1)), Info(ValueInfo::Kind::kOptional, {Tensor()})},
      {map_of_one, map},
      {sequence_of_maps, maps},
      {fx::WireWriter().Varint(2, 3).Bytes(5, sequence_of_maps).bytes(),
       Info(ValueInfo::Kind::kOptional, {maps})}};
  for (const auto& row : kRows) {
    SCOPED_TRACE(TypeText(row.declared));
    const Result<HostValue> value = Read(row.bytes, row.declared);
    ASSERT_TRUE(value.ok()) << value.status().message();
    const Result<HostValue> again = Read(SerializeValue(*value), row.declared);
    ASSERT_TRUE(again.ok()) << again.status().message();
    const Comparison same = Compare(*value, *again, {});
    EXPECT_TRUE(same.equal) << same.reason;
    EXPECT_EQ(TypeText(*value), TypeText(*again));
  }
}

}  // namespace
}  // namespace onnxifi::client
