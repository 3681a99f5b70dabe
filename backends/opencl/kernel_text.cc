#include "backends/opencl/kernel_text.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::opencl {

using graph::DataType;

KernelType KernelTypeOf(DataType type) {
  switch (type) {
    case DataType::kFloat:
      return {"float", "float"};
    case DataType::kFloat16:
      return {"half", "float"};
    case DataType::kBfloat16:
      return {"ushort", "float"};
    case DataType::kDouble:
      return {"double", "double"};
    case DataType::kInt8:
      return {"char", "char"};
    case DataType::kInt16:
      return {"short", "short"};
    case DataType::kInt32:
      return {"int", "int"};
    case DataType::kInt64:
      return {"long", "long"};
    case DataType::kUint8:
    case DataType::kBool:
      return {"uchar", "uchar"};
    case DataType::kUint16:
      return {"ushort", "ushort"};
    case DataType::kUint32:
      return {"uint", "uint"};
    case DataType::kUint64:
      return {"ulong", "ulong"};
    default:
      return {nullptr, nullptr};
  }
}

std::string LoadText(DataType type, std::string_view name,
                     std::string_view index) {
  if (type == DataType::kFloat16) {
    return StrCat("vload_half(", index, ", ", name, ")");
  }
  const std::string element = StrCat(name, "[", index, "]");
  return type == DataType::kBfloat16 ? StrCat("from_bfloat16(", element, ")")
                                     : element;
}

std::string StoreText(DataType type, std::string_view name,
                      std::string_view index, std::string_view value) {
  if (type == DataType::kFloat16) {
    // A cast, because an integer would fit functions of float and of double.
    return StrCat("vstore_half_rte((float)(", value, "), ", index, ", ", name,
                  ");");
  }
  const std::string element = StrCat(name, "[", index, "] = ");
  return type == DataType::kBfloat16
             ? StrCat(element, "to_bfloat16(", value, ");")
             : StrCat(element, value, ";");
}

std::string FloatText(float value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value > 0 ? "INFINITY" : "(-INFINITY)";
  char text[40];
  std::snprintf(text, sizeof(text), "%af", static_cast<double>(value));
  return value < 0 || std::signbit(value) ? StrCat("(", text, ")") : text;
}

std::string DoubleText(double value) {
  if (std::isnan(value)) return "((double)NAN)";
  if (std::isinf(value)) {
    return value > 0 ? "((double)INFINITY)" : "(-(double)INFINITY)";
  }
  char text[40];
  std::snprintf(text, sizeof(text), "%a", value);
  return std::signbit(value) ? StrCat("(", text, ")") : text;
}

namespace {

// What kernels may call.
constexpr char kFunctions[] = R"(
inline float from_bfloat16(ushort x) { return as_float((uint)x << 16); }
// To the nearest, ties to even; a NaN stays one.
inline ushort to_bfloat16(float x) {
  uint bits = as_uint(x);
  if (isnan(x)) return (ushort)((bits >> 16) | 0x40);
  return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
// What is left of a float that is stored as a half.
static inline float round_half(float x) {
  ushort bits;
  vstore_half_rte(x, 0, (__private half*)&bits);
  return vload_half(0, (const __private half*)&bits);
}
// Wraps as multiplication does.
inline long integer_power(long base, long exponent) {
  if (exponent < 0) {
    return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
  }
  ulong result = 1;
  for (ulong square = (ulong)base; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result *= square;
    square *= square;
  }
  return (long)result;
}
// The whole number next to x, ties to even, in a range of at most 2^22; the
// lowest for NaN. rint() is a dozen instructions on some CPUs.
inline float whole_float(float x, float low, float high) {
  const float above = x > low ? x : low;
  const float inside = above < high ? above : high;
  return (inside + 12582912.0f) - 12582912.0f;
}
// By way of an aligned variable: PoCL 3.1 takes vload_half16() and others for
// aligned accesses.
#define HALF_VECTOR(N) \
  static inline float##N load_half##N(const __global half* p) { \
    const ushort##N bits = vload##N(0, (const __global ushort*)p); \
    return vload_half##N(0, (const __private half*)&bits); \
  } \
  static inline void store_half##N(float##N x, __global half* p) { \
    ushort##N bits; \
    vstore_half##N##_rte(x, 0, (__private half*)&bits); \
    vstore##N(bits, 0, (__global ushort*)p); \
  }
// The exponential of numbers up to 0 and NaN, a few units in the last place
// off and 0 below 2^-126: inline, other than most exp().
#define EXP_VECTOR(N) \
  static inline float##N exp_below##N(float##N x) { \
    const float##N c = x < -88.0f ? (float##N)(-88.0f) : x; \
    const float##N t = c * 1.442695041f + 12582912.0f; \
    const float##N n = t - 12582912.0f; \
    const float##N r = (c - n * 0.693359375f) + n * 2.12194440e-4f; \
    float##N p = r * 1.9875691500e-4f + 1.3981999507e-3f; \
    p = p * r + 8.3334519073e-3f; \
    p = p * r + 4.1665795894e-2f; \
    p = p * r + 1.6666665459e-1f; \
    p = p * r + 5.0000001201e-1f; \
    p = p * (r * r) + (r + 1.0f); \
    return p * as_float##N((as_int##N(t) << 23) + 0x3f800000); \
  }
// The nearest numbers of narrower types.
#define STEP_VECTOR(N) \
  static inline float##N half_step##N(float##N x) { \
    ushort##N bits; \
    vstore_half##N##_rte(x, 0, (__private half*)&bits); \
    return vload_half##N(0, (const __private half*)&bits); \
  } \
  static inline float##N bfloat16_step##N(float##N x) { \
    const uint##N bits = as_uint##N(x); \
    const uint##N near = bits + 0x7fff + ((bits >> 16) & 1); \
    return as_float##N((x != x ? bits | 0x400000 : near) & 0xffff0000); \
  }
// One store, where PoCL's vstore makes four of it.
#define STORE_VECTOR(N) \
  typedef float##N unaligned_float##N __attribute__((aligned(4))); \
  static inline void store_float##N(float##N x, __global float* p) { \
    *(__global unaligned_float##N*)p = x; \
  }
inline float half_step(float x) {
  ushort bits;
  vstore_half_rte(x, 0, (__private half*)&bits);
  return vload_half(0, (const __private half*)&bits);
}
inline float bfloat16_step(float x) { return from_bfloat16(to_bfloat16(x)); }
STEP_VECTOR(2)
STEP_VECTOR(4)
STEP_VECTOR(8)
STEP_VECTOR(16)
HALF_VECTOR(2)
HALF_VECTOR(4)
HALF_VECTOR(8)
HALF_VECTOR(16)
EXP_VECTOR(2)
EXP_VECTOR(4)
EXP_VECTOR(8)
EXP_VECTOR(16)
STORE_VECTOR(2)
STORE_VECTOR(4)
STORE_VECTOR(8)
STORE_VECTOR(16)
)";

}  // namespace

std::string Preamble(bool has_double, bool has_half) {
  const auto enable = [](bool wanted, const char* extension) {
    return wanted
               ? StrCat("#pragma OPENCL EXTENSION ", extension, " : enable\n")
               : std::string();
  };
  return StrCat(enable(has_double, "cl_khr_fp64"),
                enable(has_half, "cl_khr_fp16"), kFunctions);
}

KernelText& KernelText::Add(std::string_view name, std::string_view type,
                            bool written, LaunchArgument argument) {
  parameters_.push_back({std::string(name), std::string(type), written});
  arguments_.push_back(std::move(argument));
  return *this;
}

KernelText& KernelText::In(std::string_view name, DataType type, size_t input) {
  return InAs(name, KernelTypeOf(type).storage, input);
}

KernelText& KernelText::Out(std::string_view name, DataType type,
                            size_t output) {
  return OutAs(name, KernelTypeOf(type).storage, output);
}

KernelText& KernelText::InAs(std::string_view name, std::string_view type,
                             size_t input) {
  return Add(name, type, false,
             {LaunchArgument::Kind::kInput, input, 0, nullptr});
}

KernelText& KernelText::OutAs(std::string_view name, std::string_view type,
                              size_t output) {
  return Add(name, type, true,
             {LaunchArgument::Kind::kOutput, output, 0, nullptr});
}

KernelText& KernelText::Scratch(std::string_view name, std::string_view type,
                                size_t offset) {
  return Add(name, type, true,
             {LaunchArgument::Kind::kScratch, 0, offset, nullptr});
}

KernelText& KernelText::Packed(std::string_view name, std::string_view type,
                               std::shared_ptr<const PackedBytes> packed) {
  return Add(name, type, false,
             {LaunchArgument::Kind::kPacked, 0, 0, std::move(packed)});
}

KernelText& KernelText::Failure() {
  return Add("failure", "int", true,
             {LaunchArgument::Kind::kFailure, 0, 0, nullptr});
}

KernelText& KernelText::Define(std::string_view name, std::string_view value) {
  defines_.emplace_back(name, value);
  return *this;
}

KernelText& KernelText::Group(size_t x, size_t y, size_t z) {
  group_ = {x, y, z};
  return *this;
}

Launch KernelText::Finish(std::string_view body) const {
  Launch launch;
  launch.arguments = arguments_;
  launch.local = group_;
  std::string& code = launch.code;
  for (const auto& [name, value] : defines_) {
    code += StrCat("#define ", name, " ", value, "\n");
  }
  code += "__kernel ";
  if (group_[0] != 0) {
    code += StrCat("__attribute__((reqd_work_group_size(", group_[0], ", ",
                   group_[1], ", ", group_[2], "))) ");
  }
  code += "void KERNEL(";
  const char* const qualifier = restrict_ ? "restrict " : "";
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& p = parameters_[i];
    code +=
        StrCat(i == 0 ? "" : ", ", "__global ", p.written ? "" : "const ",
               "char* ", qualifier, p.name, "_base, ulong ", p.name, "_offset");
  }
  code += ") {\n";
  for (const Parameter& p : parameters_) {
    const std::string type =
        StrCat("__global ", p.written ? "" : "const ", p.type, "*");
    code += StrCat("  ", type, " ", qualifier, p.name, " = (", type, ")(",
                   p.name, "_base + ", p.name, "_offset);\n");
  }
  code += StrCat(body, "\n}\n");
  for (const auto& [name, value] : defines_) {
    code += StrCat("#undef ", name.substr(0, name.find('(')), "\n");
  }
  return launch;
}

}  // namespace onnxifi::opencl
