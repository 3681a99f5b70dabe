// Elements that share bytes: spreading, joining, and the operators that move
// them one by one.
#include "backends/cpu/kernels/packed_bits.h"

#include <gtest/gtest.h>

#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/kernels/half.h"

namespace onnxifi::cpu {
namespace {

using testing::OpTester;
using Bytes = std::vector<uint8_t>;

// Elements, one a byte, as a tensor's bytes; written bit by bit.
std::vector<std::byte> Pack(DataType type, const Bytes& elements) {
  const size_t each = static_cast<size_t>(ElementsPerByte(type));
  Bytes packed((elements.size() + each - 1) / each);
  for (size_t i = 0; i < elements.size(); ++i) {
    const int64_t at = static_cast<int64_t>(i);
    if (each == 2) {
      SetBits4(packed.data(), at, elements[i]);
    } else {
      SetBits2(packed.data(), at, elements[i]);
    }
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(packed.data());
  return {bytes, bytes + packed.size()};
}

constexpr DataType kTypes[] = {DataType::kInt4, DataType::kUint4,
                               DataType::kFloat4E2M1, DataType::kInt2,
                               DataType::kUint2};

// `size` different elements, as far as the type has them.
Bytes Pattern(DataType type, size_t size) {
  const size_t values = ElementsPerByte(type) == 2 ? 16 : 4;
  Bytes elements;
  for (size_t i = 0; i < size; ++i) {
    elements.push_back(static_cast<uint8_t>((i * 7 + 3) % values));
  }
  return elements;
}

TEST(PackedBitsTest, JoinUndoesSpreadAndClearsTheRest) {
  ThreadPool pool(2);
  for (const DataType type : kTypes) {
    for (const size_t size : {0, 1, 2, 3, 4, 7, 200001}) {
      const int64_t count = static_cast<int64_t>(size);
      const Bytes elements = Pattern(type, size);
      std::vector<std::byte> packed = Pack(type, elements);
      Bytes spread(size);
      SpreadBits(type, packed.data(), count, spread.data(), &pool);
      EXPECT_EQ(spread, elements);
      std::vector<std::byte> joined(packed.size(), std::byte{0xFF});
      JoinBits(type, spread.data(), joined.data(), count, &pool);
      EXPECT_EQ(joined, packed);
    }
  }
}

TEST(PackedBitsTest, Transpose) {
  for (const DataType type : kTypes) {
    const Bytes x = Pattern(type, 15);
    Bytes wanted;
    for (size_t c = 0; c < 5; ++c) {
      for (size_t r = 0; r < 3; ++r) wanted.push_back(x[r * 5 + c]);
    }
    OpTester t(kAllOps, "Transpose", 25);
    t.RawInput(type, {3, 5}, Pack(type, x), false).Outputs({type});
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.OutputShape(0), (Shape{5, 3}));
    EXPECT_EQ(t.OutputBytes(0), Pack(type, wanted));
  }
}

TEST(PackedBitsTest, Pad) {
  for (const DataType type : kTypes) {
    const Bytes x = Pattern(type, 3);
    OpTester fill(kAllOps, "Pad", 25);
    fill.RawInput(type, {3}, Pack(type, x), false);
    // Other bits than the element's own do not count.
    fill.Constant<int64_t>({2}, {2, 1});
    fill.RawInput(type, {}, {std::byte{0xFE}}, false).Outputs({type});
    ASSERT_TRUE(fill.Run().ok());
    const uint8_t two = ElementsPerByte(type) == 2 ? 14 : 2;
    EXPECT_EQ(fill.OutputBytes(0),
              Pack(type, {two, two, x[0], x[1], x[2], two}));

    OpTester edge(kAllOps, "Pad", 25);
    edge.RawInput(type, {3}, Pack(type, x), false);
    edge.Constant<int64_t>({2}, {-1, 3}).AttrString("mode", "edge");
    ASSERT_TRUE(edge.Outputs({type}).Run().ok());
    EXPECT_EQ(edge.OutputBytes(0), Pack(type, {x[1], x[2], x[2], x[2], x[2]}));
  }
}

TEST(PackedBitsTest, TensorScatter) {
  for (const DataType type : kTypes) {
    const Bytes cache = Pattern(type, 9);
    OpTester t(kAllOps, "TensorScatter", 24);
    t.RawInput(type, {1, 3, 3}, Pack(type, cache), false);
    t.RawInput(type, {1, 1, 3}, Pack(type, {1, 2, 3}), false);
    t.Input<int64_t>({1}, {1}).Outputs({type});
    ASSERT_TRUE(t.Run().ok());
    Bytes wanted = cache;
    for (uint8_t i = 0; i < 3; ++i) {
      wanted[size_t{3} + i] = static_cast<uint8_t>(i + 1);
    }
    EXPECT_EQ(t.OutputBytes(0), Pack(type, wanted));
  }
}

TEST(PackedBitsTest, ConstantOfShape) {
  for (const DataType type : kTypes) {
    // Folded; shared among nodes; made by a step, as the last byte is partial.
    for (const int64_t size : {0, 1, 5, 1 << 20, (1 << 20) + 1}) {
      auto value = std::make_shared<graph::TensorData>();
      const uint8_t bits = 0xFD;
      value->type = type;
      value->dims = {1};
      value->data = &bits;
      value->bytes = 1;
      graph::Attribute attribute;
      attribute.name = "value";
      attribute.kind = graph::Attribute::Kind::kTensor;
      attribute.tensor = value;
      OpTester t(kAllOps, "ConstantOfShape", 25);
      t.Constant<int64_t>({1}, {size}).Attr(attribute).Outputs({type});
      ASSERT_TRUE(t.Run().ok());
      const uint8_t element = ElementsPerByte(type) == 2 ? 13 : 1;
      EXPECT_EQ(t.OutputBytes(0),
                Pack(type, Bytes(static_cast<size_t>(size), element)))
          << size;
    }
  }
}

}  // namespace
}  // namespace onnxifi::cpu
