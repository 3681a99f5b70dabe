#include "client/npy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

namespace onnxifi::client {
namespace {

std::span<const std::byte> AsBytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// A version 1 file with this header text and data.
std::string File(const std::string& header, const std::string& data) {
  std::string file = "\x93NUMPY";
  file += '\x01';
  file += '\0';
  file += static_cast<char>(header.size() & 0xFF);
  file += static_cast<char>(header.size() >> 8);
  return file + header + data;
}

constexpr char kGood[] =
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n";

TEST(NpyTest, ReadsWhatNumpyWrites) {
  const float values[2] = {1.5f, -2};
  std::string data(sizeof(values), '\0');
  std::memcpy(data.data(), values, sizeof(values));
  const std::string file = File(kGood, data);
  const Result<HostTensor> tensor = ReadNpy(AsBytes(file));
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_EQ(tensor.value().dims(), (graph::Shape{2, 1}));
  EXPECT_EQ(ElementAsDouble(tensor.value(), 1), -2);
}

TEST(NpyTest, EveryTypeSurvivesWritingAndReading) {
  using T = graph::DataType;
  for (const T type : {T::kFloat, T::kDouble, T::kFloat16, T::kUint8, T::kInt8,
                       T::kUint16, T::kInt16, T::kUint32, T::kInt32, T::kUint64,
                       T::kInt64, T::kBool, T::kComplex64, T::kComplex128}) {
    for (const graph::Shape& dims :
         {graph::Shape{}, graph::Shape{3}, graph::Shape{2, 0, 4}}) {
      Result<HostTensor> made = HostTensor::Make("x", type, dims, 1);
      ASSERT_TRUE(made.ok());
      const std::vector<std::byte> file = WriteNpy(made.value());
      const Result<HostTensor> read = ReadNpy(file);
      ASSERT_TRUE(read.ok()) << read.status().message();
      EXPECT_EQ(read.value().type(), type);
      EXPECT_EQ(read.value().dims(), dims);
      EXPECT_TRUE(
          std::ranges::equal(read.value().bytes(), made.value().bytes()));
    }
  }
}

TEST(NpyTest, RefusesMalformedHeaders) {
  const std::string data(8, '\0');
  const char* headers[] = {
      "",
      "{}",
      "{'descr': '<f4'}",
      "{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<U4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1)}",
      "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2 2)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': "
      "(99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, "
      "4294967296, 4)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': '<f4', 'other': 1, 'shape': (2,)}",
  };
  for (const char* header : headers) {
    const std::string file = File(header, data);
    const Result<HostTensor> tensor = ReadNpy(AsBytes(file));
    EXPECT_FALSE(tensor.ok()) << header;
    EXPECT_FALSE(tensor.status().message().empty()) << header;
  }
}

TEST(NpyTest, RefusesEveryOtherSize) {
  const std::string file = File(kGood, std::string(8, '\0'));
  ASSERT_TRUE(ReadNpy(AsBytes(file)).ok());
  EXPECT_FALSE(ReadNpy(AsBytes(file + "x")).ok());
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(ReadNpy(AsBytes(file).first(size)).ok()) << size;
  }
}

TEST(NpyTest, SurvivesRandomDamage) {
  const std::string good = File(kGood, std::string(8, '\0'));
  std::mt19937 random(7);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string file = good;
    for (int hits = 1 + static_cast<int>(random() % 4); hits > 0; --hits) {
      file[random() % file.size()] = static_cast<char>(random());
    }
    const Result<HostTensor> tensor = ReadNpy(AsBytes(file));
    if (tensor.ok()) {
      EXPECT_EQ(tensor.value().bytes().size() % 2, 0u);
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10000);
}

}  // namespace
}  // namespace onnxifi::client
