#include "graph/tensor_type.h"

#include "base/checked.h"
#include "base/str_cat.h"
#include "graph/limits.h"

namespace onnxifi::graph {
namespace {

struct TypeInfo {
  int bits;
  const char* name;
};

// Indexed by DataType.
constexpr TypeInfo kTypes[] = {
    {0, "undefined"},      {32, "float32"},   {8, "uint8"},
    {8, "int8"},           {16, "uint16"},    {16, "int16"},
    {32, "int32"},         {64, "int64"},     {128, "string"},
    {8, "bool"},           {16, "float16"},   {64, "float64"},
    {32, "uint32"},        {64, "uint64"},    {64, "complex64"},
    {128, "complex128"},   {16, "bfloat16"},  {8, "float8e4m3fn"},
    {8, "float8e4m3fnuz"}, {8, "float8e5m2"}, {8, "float8e5m2fnuz"},
    {4, "uint4"},          {4, "int4"},       {4, "float4e2m1"},
    {8, "float8e8m0"},     {2, "uint2"},      {2, "int2"},
};

const TypeInfo* Find(DataType type) {
  const auto index = static_cast<size_t>(static_cast<int32_t>(type));
  return index < std::size(kTypes) ? &kTypes[index] : nullptr;
}

}  // namespace

int ElementBits(DataType type) {
  const TypeInfo* info = Find(type);
  return info == nullptr ? 0 : info->bits;
}

const char* DataTypeName(DataType type) {
  const TypeInfo* info = Find(type);
  return info == nullptr ? "unknown" : info->name;
}

Result<int64_t> ElementCount(std::span<const int64_t> dims) {
  if (dims.size() > kMaxRank) {
    return Status(
        ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
        StrCat("rank ", dims.size(), " is above the limit of ", kMaxRank));
  }
  int64_t count = 1;
  bool empty = false;
  for (const int64_t dim : dims) {
    if (dim < 0) {
      return Status(ONNXIFI_STATUS_INVALID_SHAPE,
                    StrCat("dimension ", dim, " is negative"));
    }
    // A zero makes the product zero, but must not hide an absurd factor from
    // code that multiplies the others, such as strides.
    if (dim == 0) {
      empty = true;
    } else if (!CheckedMul(count, dim, &count) || count >= kMaxElements) {
      return Status(
          ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
          StrCat("shape ", ShapeText(dims), " has 2^48 elements or more"));
    }
  }
  return empty ? 0 : count;
}

Result<size_t> ByteSize(DataType type, std::span<const int64_t> dims) {
  const int bits = ElementBits(type);
  if (bits == 0) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat("element type ", DataTypeName(type), " (",
                         static_cast<int32_t>(type), ") has no fixed size"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t count, ElementCount(dims));
  // Below 2^48 * 2^7 bits: no overflow.
  return static_cast<size_t>(CeilDiv<int64_t>(count * bits, 8));
}

}  // namespace onnxifi::graph
