#include "backends/opencl/kernels/vector_text.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

using graph::DataType;

std::string VectorType(std::string_view type, int width) {
  return width == 1 ? std::string(type) : StrCat(type, width);
}

int FullWidth(DataType type) {
  switch (type) {
    case DataType::kDouble:
    case DataType::kInt64:
    case DataType::kUint64:
      return 8;
    default:
      return 16;
  }
}

std::string LoadVectorText(DataType type, int width, std::string_view name,
                           std::string_view index) {
  if (width == 1) return LoadText(type, name, index);
  if (type == DataType::kFloat16) {
    return StrCat("load_half", width, "(", name, " + ", index, ")");
  }
  const std::string load =
      StrCat("vload", width, "(0, ", name, " + ", index, ")");
  if (type != DataType::kBfloat16) return load;
  return StrCat("as_float", width, "(convert_uint", width, "(", load,
                ") << 16)");
}

std::string StoreVectorText(DataType type, int width, std::string_view name,
                            std::string_view index, std::string_view value) {
  if (width == 1) return StoreText(type, name, index, value);
  if (type == DataType::kFloat16 || type == DataType::kFloat) {
    return StrCat("store_", KernelTypeOf(type).storage, width, "(", value, ", ",
                  name, " + ", index, ");");
  }
  const std::string to = StrCat("0, ", name, " + ", index, ");");
  if (type != DataType::kBfloat16) {
    return StrCat("vstore", width, "(", value, ", ", to);
  }
  const std::string bits = VectorType("uint", width);
  return StrCat("{ const ", VectorType("float", width), " v_ = ", value, ";\n",
                "const ", bits, " b_ = as_", bits, "(v_);\n", "vstore", width,
                "(convert_ushort", width,
                "(((v_ != v_) ? b_ | 0x400000 : b_ + 0x7fff + ((b_ >> 16) & "
                "1)) >> 16), ",
                to, " }");
}

const char* LowestText(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return "CHAR_MIN";
    case DataType::kInt16:
      return "SHRT_MIN";
    case DataType::kInt32:
      return "INT_MIN";
    case DataType::kInt64:
      return "LONG_MIN";
    case DataType::kUint8:
    case DataType::kUint16:
    case DataType::kUint32:
    case DataType::kUint64:
    case DataType::kBool:
      return "0";
    default:
      return "-INFINITY";
  }
}

const char* HighestText(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return "CHAR_MAX";
    case DataType::kInt16:
      return "SHRT_MAX";
    case DataType::kInt32:
      return "INT_MAX";
    case DataType::kInt64:
      return "LONG_MAX";
    case DataType::kUint8:
      return "UCHAR_MAX";
    case DataType::kUint16:
      return "USHRT_MAX";
    case DataType::kUint32:
      return "UINT_MAX";
    case DataType::kUint64:
      return "ULONG_MAX";
    case DataType::kBool:
      return "1";
    default:
      return "INFINITY";
  }
}

}  // namespace onnxifi::opencl
