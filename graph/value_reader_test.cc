#include "graph/value_reader.h"

#include <gtest/gtest.h>
#include <onnx/onnx-data.pb.h>

#include <cstring>
#include <string>
#include <vector>

#include "graph/limits.h"
#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

using Kind = Value::Kind;
using onnx::MapProto;
using onnx::OptionalProto;
using onnx::SequenceProto;
using onnx::TensorProto;

template <typename Proto>
Result<DataValue> Read(const Proto& proto, Kind kind) {
  std::string bytes = proto.SerializeAsString();
  Result<DataValue> value = ReadValue(AsBytes(bytes), kind);
  // Nothing that was read may point into the bytes.
  std::fill(bytes.begin(), bytes.end(), '\xff');
  return value;
}

TensorProto Floats(const std::vector<float>& values) {
  TensorProto proto;
  proto.set_data_type(TensorProto::FLOAT);
  proto.add_dims(static_cast<int64_t>(values.size()));
  proto.set_raw_data(values.data(), values.size() * sizeof(float));
  return proto;
}

TensorProto Scalar(float value) {
  TensorProto proto = Floats({value});
  proto.clear_dims();
  return proto;
}

TensorProto Text(const std::string& text) {
  TensorProto proto;
  proto.set_data_type(TensorProto::STRING);
  proto.add_string_data(text);
  return proto;
}

SequenceProto SequenceOf(const std::vector<TensorProto>& tensors) {
  SequenceProto proto;
  proto.set_elem_type(SequenceProto::TENSOR);
  for (const TensorProto& tensor : tensors) *proto.add_tensor_values() = tensor;
  return proto;
}

MapProto MapOf(const std::vector<int64_t>& keys,
               const std::vector<TensorProto>& values,
               int32_t key_type = TensorProto::INT64) {
  MapProto proto;
  proto.set_key_type(key_type);
  for (const int64_t key : keys) proto.add_keys(key);
  *proto.mutable_values() = SequenceOf(values);
  return proto;
}

float FloatAt(const DataValue& value, size_t i) {
  EXPECT_EQ(value.tensor->type, DataType::kFloat);
  float out = 0;
  std::memcpy(&out, static_cast<const char*>(value.tensor->data) + i * 4, 4);
  return out;
}

TEST(ValueReaderTest, SequencesOfTensors) {
  SequenceProto proto = SequenceOf({Floats({1, 2}), Floats({})});
  proto.set_name("s");
  const Result<DataValue> value = Read(proto, Kind::kSequence);
  ASSERT_TRUE(value.ok()) << value.status().message();
  EXPECT_EQ(value->kind, Kind::kSequence);
  EXPECT_EQ(value->name, "s");
  ASSERT_EQ(value->elements.size(), 2u);
  EXPECT_EQ(FloatAt(value->elements[0], 1), 2);
  EXPECT_EQ(value->elements[1].tensor->dims, Shape{0});
  const Result<DataValue> empty = ReadValue({}, Kind::kSequence);
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE(empty->elements.empty());
}

TEST(ValueReaderTest, OptionalsOfEverything) {
  OptionalProto proto;
  proto.set_elem_type(OptionalProto::TENSOR);
  ASSERT_TRUE(Read(proto, Kind::kOptional).ok()) << "empty, with a type";
  *proto.mutable_tensor_value() = Text(std::string("a\0b", 3));
  Result<DataValue> value = Read(proto, Kind::kOptional);
  ASSERT_TRUE(value.ok()) << value.status().message();
  ASSERT_EQ(value->elements.size(), 1u);
  EXPECT_EQ(*static_cast<const StringRef*>(value->elements[0].tensor->data),
            StringRef("a\0b", 3));
  proto.Clear();
  proto.set_elem_type(OptionalProto::SEQUENCE);
  *proto.mutable_sequence_value() = SequenceOf({Scalar(3)});
  value = Read(proto, Kind::kOptional);
  ASSERT_TRUE(value.ok()) << value.status().message();
  EXPECT_EQ(FloatAt(value->elements[0].elements[0], 0), 3);
  value = ReadValue({}, Kind::kOptional);
  ASSERT_TRUE(value.ok());
  EXPECT_TRUE(value->elements.empty());
}

TEST(ValueReaderTest, ATensorIsNoOptional) {
  EXPECT_FALSE(Read(Scalar(1), Kind::kOptional).ok());
  EXPECT_FALSE(Read(Floats({1, 2}), Kind::kOptional).ok());
  EXPECT_FALSE(Read(Floats({}), Kind::kOptional).ok());
  TensorProto typed;
  typed.set_data_type(TensorProto::FLOAT);
  typed.add_float_data(1);
  EXPECT_FALSE(Read(typed, Kind::kOptional).ok());
}

TEST(ValueReaderTest, MapsWithIntegerAndStringKeys) {
  Result<DataValue> value =
      Read(MapOf({-1, 7}, {Scalar(5), Scalar(6)}), Kind::kMap);
  ASSERT_TRUE(value.ok()) << value.status().message();
  EXPECT_EQ(value->tensor->type, DataType::kInt64);
  EXPECT_EQ(ReadInts(*value->tensor).value(), (std::vector<int64_t>{-1, 7}));
  ASSERT_EQ(value->elements.size(), 1u);
  EXPECT_EQ(value->elements[0].tensor->dims, Shape{2});
  EXPECT_EQ(FloatAt(value->elements[0], 1), 6);

  MapProto proto;
  proto.set_key_type(TensorProto::STRING);
  proto.add_string_keys("k");
  *proto.mutable_values() = SequenceOf({Text("v")});
  value = Read(proto, Kind::kMap);
  ASSERT_TRUE(value.ok()) << value.status().message();
  EXPECT_EQ(*static_cast<const StringRef*>(value->tensor->data), "k");
  EXPECT_EQ(*static_cast<const StringRef*>(value->elements[0].tensor->data),
            "v");
  const Result<DataValue> none = Read(MapOf({}, {}), Kind::kMap);
  ASSERT_TRUE(none.ok()) << none.status().message();
  EXPECT_EQ(none->elements[0].tensor->type, DataType::kUndefined);
}

TEST(ValueReaderTest, BrokenMaps) {
  EXPECT_FALSE(Read(MapOf({1}, {Scalar(1), Scalar(2)}), Kind::kMap).ok());
  EXPECT_FALSE(Read(MapOf({1}, {Floats({1, 2})}), Kind::kMap).ok());
  EXPECT_FALSE(Read(MapOf({1, 2}, {Scalar(1), Text("x")}), Kind::kMap).ok());
  EXPECT_FALSE(
      Read(MapOf({300}, {Scalar(1)}, TensorProto::INT8), Kind::kMap).ok());
  EXPECT_TRUE(
      Read(MapOf({-3}, {Scalar(1)}, TensorProto::INT8), Kind::kMap).ok());
  EXPECT_FALSE(
      Read(MapOf({1}, {Scalar(1)}, TensorProto::FLOAT), Kind::kMap).ok());
  EXPECT_FALSE(Read(MapOf({1}, {Scalar(1)}, 99), Kind::kMap).ok());
  MapProto both = MapOf({1}, {Scalar(1)});
  both.add_string_keys("k");
  EXPECT_FALSE(Read(both, Kind::kMap).ok());
  // A packed chunk that ends inside a number.
  const std::string cut("\x10\x07\x1a\x01\x80", 5);
  EXPECT_FALSE(ReadValue(AsBytes(cut), Kind::kMap).ok());
}

TEST(ValueReaderTest, ContentsMustBeOfTheAnnouncedType) {
  SequenceProto sequence = SequenceOf({Scalar(1)});
  sequence.set_elem_type(SequenceProto::MAP);
  EXPECT_FALSE(Read(sequence, Kind::kSequence).ok());
  sequence.set_elem_type(SequenceProto::TENSOR);
  sequence.add_sequence_values();
  EXPECT_FALSE(Read(sequence, Kind::kSequence).ok());
  SequenceProto sparse;
  sparse.set_elem_type(SequenceProto::SPARSE_TENSOR);
  sparse.add_sparse_tensor_values();
  EXPECT_EQ(Read(sparse, Kind::kSequence).status().code(),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  for (const Kind kind : {Kind::kSparse, Kind::kUnknown}) {
    EXPECT_EQ(ReadValue({}, kind).status().code(),
              ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  }
}

TEST(ValueReaderTest, DepthIsBounded) {
  SequenceProto deep = SequenceOf({Scalar(1)});
  for (int depth = 2; depth <= kMaxValueDepth; ++depth) {
    SequenceProto outer;
    outer.set_elem_type(SequenceProto::SEQUENCE);
    *outer.add_sequence_values() = std::move(deep);
    deep = std::move(outer);
  }
  EXPECT_TRUE(Read(deep, Kind::kSequence).ok());
  SequenceProto outer;
  outer.set_elem_type(SequenceProto::SEQUENCE);
  *outer.add_sequence_values() = deep;
  const Status status = Read(outer, Kind::kSequence).status();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(status.message().find("nested"), std::string::npos);
}

TEST(ValueReaderTest, TheNumberOfValuesIsBounded) {
  // Two bytes each: an empty inner sequence.
  std::string bytes("\x10\x03", 2);
  for (int64_t i = 0; i < kMaxValueElements; ++i) bytes.append("\x2a\x00", 2);
  const Status status = ReadValue(AsBytes(bytes), Kind::kSequence).status();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(status.message().find("more than"), std::string::npos);
}

TEST(ValueReaderTest, TruncationAtEveryByte) {
  SequenceProto maps;
  maps.set_elem_type(SequenceProto::MAP);
  *maps.add_map_values() = MapOf({1, 2}, {Scalar(1), Scalar(2)});
  OptionalProto proto;
  proto.set_elem_type(OptionalProto::SEQUENCE);
  *proto.mutable_sequence_value() = maps;
  const std::string whole = proto.SerializeAsString();
  ASSERT_TRUE(ReadValue(AsBytes(whole), Kind::kOptional).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    const Result<DataValue> value = ReadValue(AsBytes(cut), Kind::kOptional);
    // Cut before its content, it is an empty optional with a type.
    const bool empty = size == 0 || size == 2;
    EXPECT_EQ(value.ok(), empty) << size;
  }
}

}  // namespace
}  // namespace onnxifi::graph
