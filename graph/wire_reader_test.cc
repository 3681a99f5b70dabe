#include "graph/wire_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

onnxStatus ReadOne(const std::string& bytes, WireField* field) {
  WireReader reader(AsBytes(bytes));
  return reader.Next(field).code();
}

TEST(WireReaderTest, ReadsEveryWireType) {
  std::string bytes;
  AppendVarintField(bytes, 1, 300);
  AppendBytesField(bytes, 2, "abc");
  bytes += std::string("\x1d\x01\x02\x03\x04", 5);    // field 3, fixed32
  bytes += std::string("\x21\1\0\0\0\0\0\0\x80", 9);  // field 4, fixed64
  WireReader reader(AsBytes(bytes));
  WireField field;
  ASSERT_TRUE(reader.Next(&field).ok());
  EXPECT_EQ(field.number, 1u);
  EXPECT_EQ(field.value, 300u);
  EXPECT_EQ(field.whole.size(), 3u);
  ASSERT_TRUE(reader.Next(&field).ok());
  EXPECT_EQ(field.number, 2u);
  EXPECT_EQ(Text(field.bytes), "abc");
  ASSERT_TRUE(reader.Next(&field).ok());
  EXPECT_EQ(field.value, 0x04030201u);
  ASSERT_TRUE(reader.Next(&field).ok());
  EXPECT_EQ(field.value, 0x8000000000000001u);
  EXPECT_TRUE(reader.done());
}

TEST(WireReaderTest, RefusesMalformedFields) {
  const std::string cases[] = {
      std::string("\x80", 1),      // tag cut off
      std::string("\x00\x01", 2),  // field number 0
      std::string("\x08", 1),      // varint missing
      std::string("\x08\xff", 2),  // varint cut off
      std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                  12),  // varint of 11 bytes
      std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
                  11),  // 65 bits
      std::string("\x12\x05"
                  "abc",
                  5),  // length past the end
      std::string("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                  11),                     // 2^64-1
      std::string("\x0b\x0c", 2),          // group
      std::string("\x0e", 1),              // wire type 6
      std::string("\x0d\x01\x02\x03", 4),  // fixed32 cut off
  };
  for (const std::string& bytes : cases) {
    WireField field;
    EXPECT_EQ(ReadOne(bytes, &field), ONNXIFI_STATUS_INVALID_PROTOBUF);
  }
}

TEST(WireReaderTest, VarintsRoundTrip) {
  for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128},
                               uint64_t{1} << 63, ~uint64_t{0}}) {
    std::string bytes;
    AppendVarint(bytes, value);
    WireReader reader(AsBytes(bytes));
    uint64_t read = 1;
    ASSERT_TRUE(reader.Varint(&read));
    EXPECT_EQ(read, value);
    EXPECT_TRUE(reader.done());
  }
}

}  // namespace
}  // namespace onnxifi::graph
