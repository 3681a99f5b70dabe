#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_POINTWISE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_POINTWISE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernels/element_rule.h"

namespace onnxifi::opencl {

// Sets of element types.
using TypeSet = uint32_t;
constexpr TypeSet TypeBit(graph::DataType type) {
  return TypeSet{1} << static_cast<unsigned>(type);
}
inline constexpr TypeSet kFloatTypes =
    TypeBit(graph::DataType::kFloat) | TypeBit(graph::DataType::kFloat16) |
    TypeBit(graph::DataType::kBfloat16) | TypeBit(graph::DataType::kDouble);
inline constexpr TypeSet kSignedTypes =
    TypeBit(graph::DataType::kInt8) | TypeBit(graph::DataType::kInt16) |
    TypeBit(graph::DataType::kInt32) | TypeBit(graph::DataType::kInt64);
inline constexpr TypeSet kUnsignedTypes =
    TypeBit(graph::DataType::kUint8) | TypeBit(graph::DataType::kUint16) |
    TypeBit(graph::DataType::kUint32) | TypeBit(graph::DataType::kUint64);
inline constexpr TypeSet kIntTypes = kSignedTypes | kUnsignedTypes;
inline constexpr TypeSet kNumberTypes = kFloatTypes | kIntTypes;
inline constexpr TypeSet kBoolType = TypeBit(graph::DataType::kBool);
inline constexpr TypeSet kAnyType = kNumberTypes | kBoolType;

// Refuses unless input i, when there, is a tensor with a type of the set.
Reject RequireTypes(const NodeView& node, size_t i, TypeSet types);

// What one operator does to one element of each operand, as text of OpenCL C.
// In it, $0, $1, ... are the operands in their compute types, $T is the compute
// type of operand 0, and $name an attribute, written as a literal of $T. $U is an
// unsigned type that holds $T: sums of signed integers that overflow are undefined
// in C, so that what a compiler makes of them would depend on what follows.
struct PointwiseRule {
  enum class Result : uint8_t { kSame, kBool };

  const char* op = nullptr;
  const char* text = nullptr;  // for floating point, and all if no other is set
  const char* integer_text = nullptr;  // NULL: the same
  TypeSet types = 0;                   // of every operand
  size_t operands = 1;                 // 0: one or more, joined by the text
  Result result = Result::kSame;
  struct Attribute {
    const char* name = nullptr;
    float otherwise = 0;
  };
  Attribute attributes[2] = {};
  int min_opset = 1;
};

Reject SupportsPointwise(const NodeView& node, const PointwiseRule& rule);

// The text for the elements that are called `v`.
std::string PointwiseText(const ElementNode& node, const PointwiseRule& rule,
                          const std::vector<std::string>& v);

template <const PointwiseRule& rule>
inline constexpr ElementRule kElementRule = {
    .made =
        [](const ElementNode& node) {
          return rule.result == PointwiseRule::Result::kBool
                     ? graph::DataType::kBool
                     : node.type(0);
        },
    .text = [](const ElementNode& node, const std::vector<std::string>& v)
        -> Result<std::string> { return PointwiseText(node, rule, v); }};

template <const PointwiseRule& rule>
constexpr OpKernel PointwiseKernel() {
  OpKernel kernel = ElementKernel<kElementRule<rule>>(
      rule.op, [](const NodeView& n) { return SupportsPointwise(n, rule); });
  kernel.min_opset = rule.min_opset;
  return kernel;
}

// Defines the entry of an operator file:
//   ONNXIFI_CL_POINTWISE(relu, {.op = "Relu", .text = "..."});
#define ONNXIFI_CL_POINTWISE(stem, ...)                    \
  extern const PointwiseRule kPointwise_##stem;            \
  constexpr PointwiseRule kPointwise_##stem = __VA_ARGS__; \
  ONNXIFI_DEFINE_OPS(stem, PointwiseKernel<kPointwise_##stem>())

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_POINTWISE_H_
