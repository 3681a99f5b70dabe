#include "graph/wire_tensor.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <string>
#include <vector>

#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

using onnx::TensorProto;

TensorProto Tensor(int type, const Shape& dims) {
  TensorProto tensor;
  tensor.set_name("t");
  tensor.set_data_type(type);
  for (const int64_t dim : dims) tensor.add_dims(dim);
  return tensor;
}

Result<NamedTensor> Read(const TensorProto& tensor) {
  return ReadTensor(AsBytes(tensor.SerializeAsString()));
}

template <typename T>
std::vector<T> Elements(const TensorData& tensor) {
  std::vector<T> out(tensor.bytes / sizeof(T));
  std::memcpy(out.data(), tensor.data, tensor.bytes);
  return out;
}

onnxStatus CodeOf(const TensorProto& tensor) {
  const Result<NamedTensor> read = Read(tensor);
  if (!read.ok()) {
    EXPECT_NE(read.status().message().find("'t'"), std::string::npos)
        << read.status().message();
  }
  return read.status().code();
}

TEST(WireTensorTest, ReadsRawData) {
  TensorProto tensor = Tensor(TensorProto::INT16, {3});
  tensor.set_raw_data(std::string("\1\0\2\0\xff\xff", 6));
  const auto read = Read(tensor);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->name, "t");
  EXPECT_EQ(read->tensor->dims, (Shape{3}));
  EXPECT_EQ(Elements<int16_t>(*read->tensor), (std::vector<int16_t>{1, 2, -1}));
}

TEST(WireTensorTest, ReadsTypedFields) {
  TensorProto floats = Tensor(TensorProto::FLOAT, {2});
  floats.add_float_data(1.5f);
  floats.add_float_data(-2.0f);
  EXPECT_EQ(Elements<float>(*Read(floats)->tensor),
            (std::vector<float>{1.5f, -2.0f}));
  TensorProto bytes = Tensor(TensorProto::INT8, {3});
  for (const int i : {-128, 0, 127}) bytes.add_int32_data(i);
  EXPECT_EQ(Elements<int8_t>(*Read(bytes)->tensor),
            (std::vector<int8_t>{-128, 0, 127}));
  TensorProto halves = Tensor(TensorProto::FLOAT16, {1});
  halves.add_int32_data(0xbc00);
  EXPECT_EQ(Elements<uint16_t>(*Read(halves)->tensor),
            (std::vector<uint16_t>{0xbc00}));
  TensorProto longs = Tensor(TensorProto::INT64, {2});
  longs.add_int64_data(INT64_MIN);
  longs.add_int64_data(7);
  EXPECT_EQ(Elements<int64_t>(*Read(longs)->tensor),
            (std::vector<int64_t>{INT64_MIN, 7}));
  TensorProto unsigneds = Tensor(TensorProto::UINT32, {1});
  unsigneds.add_uint64_data(0xffffffffu);
  EXPECT_EQ(Elements<uint32_t>(*Read(unsigneds)->tensor),
            (std::vector<uint32_t>{0xffffffffu}));
  TensorProto complexes = Tensor(TensorProto::COMPLEX128, {1});
  complexes.add_double_data(1);
  complexes.add_double_data(2);
  EXPECT_EQ(Elements<double>(*Read(complexes)->tensor),
            (std::vector<double>{1, 2}));
  TensorProto bools = Tensor(TensorProto::BOOL, {2});
  bools.add_int32_data(5);
  bools.add_int32_data(0);
  EXPECT_EQ(Elements<uint8_t>(*Read(bools)->tensor),
            (std::vector<uint8_t>{1, 0}));
}

TEST(WireTensorTest, ReadsUnpackedNumbers) {
  // Two single float_data fields instead of one packed chunk.
  std::string message;
  AppendVarintField(message, 1, 2);
  AppendVarintField(message, 2, TensorProto::FLOAT);
  message += std::string("\x25\0\0\x80\x3f\x25\0\0\0\x40", 10);
  const auto read = ReadTensor(AsBytes(message));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(Elements<float>(*read->tensor), (std::vector<float>{1, 2}));
}

TEST(WireTensorTest, ReadsPackedSubByteTypes) {
  TensorProto nibbles = Tensor(TensorProto::UINT4, {3});
  nibbles.add_int32_data(0x21);
  nibbles.add_int32_data(0x03);
  EXPECT_EQ(Elements<uint8_t>(*Read(nibbles)->tensor),
            (std::vector<uint8_t>{0x21, 0x03}));
  nibbles.add_int32_data(0);
  EXPECT_EQ(CodeOf(nibbles), ONNXIFI_STATUS_INVALID_MODEL);
  TensorProto raw = Tensor(TensorProto::INT2, {5});
  raw.set_raw_data("\x1b\x02");
  EXPECT_TRUE(Read(raw).ok());
  raw.set_raw_data("\x1b");
  EXPECT_EQ(CodeOf(raw), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(WireTensorTest, ReadsStrings) {
  TensorProto strings = Tensor(TensorProto::STRING, {2});
  strings.add_string_data("one");
  strings.add_string_data(std::string("\0", 1));
  const auto read = Read(strings);
  ASSERT_TRUE(read.ok());
  const auto* data = static_cast<const StringRef*>(read->tensor->data);
  EXPECT_EQ(data[0], "one");
  EXPECT_EQ(data[1].size(), 1u);
  EXPECT_EQ(read->tensor->bytes, 2 * sizeof(StringRef));
  strings.add_string_data("more");
  EXPECT_EQ(CodeOf(strings), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(WireTensorTest, ReadsEmptyAndScalar) {
  EXPECT_EQ(Read(Tensor(TensorProto::FLOAT, {3, 0}))->tensor->bytes, 0u);
  TensorProto scalar = Tensor(TensorProto::DOUBLE, {});
  scalar.add_double_data(4);
  EXPECT_EQ(Elements<double>(*Read(scalar)->tensor), (std::vector<double>{4}));
}

TEST(WireTensorTest, RefusesDataThatDoesNotFit) {
  TensorProto raw = Tensor(TensorProto::FLOAT, {2});
  EXPECT_EQ(CodeOf(raw), ONNXIFI_STATUS_INVALID_MODEL);  // none
  for (const size_t size : {1, 4, 7, 9, 12}) {
    raw.set_raw_data(std::string(size, 'x'));
    EXPECT_EQ(CodeOf(raw), ONNXIFI_STATUS_INVALID_MODEL) << size;
  }
  raw.set_raw_data(std::string(8, 'x'));
  EXPECT_EQ(CodeOf(raw), ONNXIFI_STATUS_SUCCESS);
  raw.add_float_data(1);
  EXPECT_EQ(CodeOf(raw), ONNXIFI_STATUS_INVALID_MODEL);  // both
  TensorProto wrong_field = Tensor(TensorProto::FLOAT, {1});
  wrong_field.add_int32_data(1);
  EXPECT_EQ(CodeOf(wrong_field), ONNXIFI_STATUS_INVALID_MODEL);
  TensorProto out_of_range = Tensor(TensorProto::UINT8, {1});
  out_of_range.add_int32_data(256);
  EXPECT_EQ(CodeOf(out_of_range), ONNXIFI_STATUS_INVALID_MODEL);
  TensorProto empty = Tensor(TensorProto::FLOAT, {0});
  empty.add_float_data(1);
  EXPECT_EQ(CodeOf(empty), ONNXIFI_STATUS_INVALID_MODEL);
  TensorProto raw_string = Tensor(TensorProto::STRING, {1});
  raw_string.set_raw_data("x");
  EXPECT_EQ(CodeOf(raw_string), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(WireTensorTest, RefusesAbsurdShapesBeforeAllocating) {
  for (const Shape& dims :
       {Shape{-1}, Shape{INT64_MAX}, Shape{int64_t{1} << 42, int64_t{1} << 42},
        Shape{0, INT64_MAX}, Shape(65, 1), Shape(100000, 1)}) {
    TensorProto tensor = Tensor(TensorProto::INT8, dims);
    tensor.set_raw_data("x");
    EXPECT_EQ(CodeOf(tensor), ONNXIFI_STATUS_INVALID_MODEL);
  }
  TensorProto typed = Tensor(TensorProto::INT64, {int64_t{1} << 40});
  typed.add_int64_data(1);
  EXPECT_EQ(CodeOf(typed), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(WireTensorTest, TellsUnknownTypesApart) {
  EXPECT_EQ(CodeOf(Tensor(0, {1})), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(CodeOf(Tensor(27, {1})), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_EQ(CodeOf(Tensor(9999, {1})), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_EQ(CodeOf(Tensor(-1, {1})), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

TEST(WireTensorTest, RefusesExternalDataWithoutDirectory) {
  TensorProto tensor = Tensor(TensorProto::FLOAT, {1});
  tensor.set_data_location(TensorProto::EXTERNAL);
  auto* entry = tensor.add_external_data();
  entry->set_key("location");
  entry->set_value("weights.bin");
  EXPECT_EQ(CodeOf(tensor), ONNXIFI_STATUS_INVALID_MODEL);
}

onnx::SparseTensorProto Sparse(const std::vector<int64_t>& indices) {
  onnx::SparseTensorProto sparse;
  sparse.add_dims(2);
  sparse.add_dims(3);
  *sparse.mutable_values() = Tensor(TensorProto::FLOAT, {2});
  sparse.mutable_values()->add_float_data(5);
  sparse.mutable_values()->add_float_data(6);
  const bool linear = indices.size() == 2;
  *sparse.mutable_indices() =
      Tensor(TensorProto::INT64, linear ? Shape{2} : Shape{2, 2});
  for (const int64_t index : indices) {
    sparse.mutable_indices()->add_int64_data(index);
  }
  return sparse;
}

Result<WireTensor> ReadSparse(const onnx::SparseTensorProto& sparse) {
  const std::string bytes = sparse.SerializeAsString();
  return ReadWireSparseTensor(AsBytes(bytes), {});
}

TEST(WireTensorTest, MakesSparseTensorsDense) {
  const std::vector<float> expected = {0, 5, 0, 0, 0, 6};
  EXPECT_EQ(Elements<float>(*ReadSparse(Sparse({1, 5}))->data), expected);
  EXPECT_EQ(Elements<float>(*ReadSparse(Sparse({0, 1, 1, 2}))->data), expected);
}

TEST(WireTensorTest, RefusesBadSparseIndices) {
  for (const std::vector<int64_t>& indices : {std::vector<int64_t>{5, 1},
                                              {1, 1},
                                              {1, 6},
                                              {-1, 2},
                                              {0, 0, 2, 0},
                                              {0, 0, 0, 3},
                                              {INT64_MAX, 0, 0, 0}}) {
    const auto read = ReadSparse(Sparse(indices));
    EXPECT_EQ(read.status().code(), ONNXIFI_STATUS_INVALID_MODEL);
  }
  onnx::SparseTensorProto bomb = Sparse({0, 1});
  bomb.set_dims(0, int64_t{1} << 40);
  EXPECT_EQ(ReadSparse(bomb).status().code(), ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
}

}  // namespace
}  // namespace onnxifi::graph
