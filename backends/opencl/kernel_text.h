#ifndef ONNXIFI_BACKENDS_OPENCL_KERNEL_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNEL_TEXT_H_

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/opencl/launch.h"
#include "graph/tensor_type.h"

namespace onnxifi::opencl {

// How an element type appears in kernels. Half types are read and written as
// such and computed in float; bool is a byte of 0 or 1.
struct KernelType {
  const char* storage;  // what a pointer points to
  const char* compute;  // what one computes in
};
// Storage is NULL for types that no kernel knows (strings, packed types).
KernelType KernelTypeOf(graph::DataType type);
// The element at `index` of pointer `name` in its compute type.
std::string LoadText(graph::DataType type, std::string_view name,
                     std::string_view index);
// The statement that stores a value of the compute type.
std::string StoreText(graph::DataType type, std::string_view name,
                      std::string_view index, std::string_view value);
// A float as a literal that is read back exactly; infinities and NaN, too.
std::string FloatText(float value);
std::string DoubleText(double value);

// Functions and macros in front of the kernels of a program.
std::string Preamble(bool has_double, bool has_half);

// Puts the text of one kernel together, and what its parameters are bound to:
//
//   KernelText k;
//   k.In("x", type, 0).Out("y", type, 0).Define("N", count);
//   Launch launch = k.Finish("y[i] = x[i];");
//
// Names are those of pointers to the storage type.
class KernelText {
 public:
  KernelText& In(std::string_view name, graph::DataType type, size_t input);
  KernelText& Out(std::string_view name, graph::DataType type, size_t output);
  // Of another type than the tensor's, e.g. float16.
  KernelText& InAs(std::string_view name, std::string_view type, size_t input);
  KernelText& OutAs(std::string_view name, std::string_view type,
                    size_t output);
  KernelText& Scratch(std::string_view name, std::string_view type,
                      size_t offset);
  KernelText& Packed(std::string_view name, std::string_view type,
                     std::shared_ptr<const PackedBytes> packed);
  // "failure[0] = 1;" makes the run fail: data that the kernel cannot take.
  KernelText& Failure();
  // A macro, with its parameters if it has some: "AT(i)".
  KernelText& Define(std::string_view name, std::string_view value);
  template <std::integral T>
  KernelText& Define(std::string_view name, T value) {
    return Define(name, std::to_string(value));
  }
  // Nobody else reads what the kernel writes.
  KernelText& Restrict() {
    restrict_ = true;
    return *this;
  }
  // Fixed work-group size, known to the compiler.
  KernelText& Group(size_t x, size_t y, size_t z);

  // A launch without a range.
  Launch Finish(std::string_view body) const;

 private:
  struct Parameter {
    std::string name;
    std::string type;
    bool written;
  };
  KernelText& Add(std::string_view name, std::string_view type, bool written,
                  LaunchArgument argument);

  std::vector<Parameter> parameters_;
  std::vector<LaunchArgument> arguments_;
  std::vector<std::pair<std::string, std::string>> defines_;
  std::array<size_t, 3> group_ = {0, 0, 0};
  bool restrict_ = false;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNEL_TEXT_H_
