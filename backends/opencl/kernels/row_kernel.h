#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_KERNEL_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_KERNEL_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "backends/opencl/device.h"
#include "backends/opencl/kernel_text.h"

namespace onnxifi::opencl {

// A dimension of what a row kernel walks through. Rows differ in the others.
struct RowDim {
  int64_t size = 1;
  bool reduced = false;  // elements of one row differ in it
  // Not 0: so many elements are dealt out to the pieces that the dimension
  // before this one counts, `size` to each; the last one may get fewer.
  int64_t whole = 0;
};

// A pointer of the kernel, and how it moves: elements for each dimension.
struct RowOperand {
  std::string name;
  graph::DataType type = graph::DataType::kFloat;
  std::vector<int64_t> strides;
  int64_t offset = 0;
};

// One step of what is done to every row, as text of OpenCL C. In it, S is the
// type that is computed in, R that of a value of the row, and V that of an
// element: some of them are vectors. Operand NAME, when listed in `loads`, is
// there as NAME_v. "$exp(x)" is the exponential of a number that is 0 at most
// or NaN; "$half_step(x)" and "$bfloat16_step(x)" are the nearest number of such a
// type.
struct RowStep {
  enum class Kind : uint8_t {
    kText,  // once a row
    kFold,  // over its elements: gives R `name`
    kEach,  // for each of its elements
  };
  Kind kind = Kind::kText;
  std::vector<std::string> loads;
  std::string text;  // statements
  std::string name;  // kFold
  std::string start;
  std::string value;    // of one element
  std::string combine;  // of `a` and `b`
  // Folds positions (RowSpec::positions), not values: P and PV are their types.
  bool of_positions = false;
  // Values to be stored to operands.
  std::vector<std::pair<std::string, std::string>> stores;
};

struct RowSpec {
  graph::DataType compute = graph::DataType::kFloat;
  std::vector<RowDim> dims;  // outermost first
  std::vector<RowOperand> operands;
  std::vector<RowStep> steps;
  // The text is no good for several rows side by side, where R is a vector.
  bool single = false;
  // The elements of a row come in their order, and scalar ones do so if they
  // are neighbours: for running sums.
  bool serial = false;
  // Elements have their place in the innermost reduced dimension in J.
  bool positions = false;
};

// A kernel that takes every row through the steps. On a CPU an item does a run
// of rows, in vectors along them or, when elements of a row are no neighbours,
// of several rows at once; elsewhere a group does one row, or an item.
Launch MakeRowKernel(const DeviceFacts& facts, KernelText kernel,
                     const RowSpec& spec);

// The step of a node whose operands are its input 0 and its output 0.
void SetRowKernel(PrepareContext& ctx, const RowSpec& spec);

// Shorthands.
RowStep FoldStep(std::string name, std::string start, std::string value,
                 std::string combine, std::vector<std::string> loads);
RowStep TextStep(std::string text);
RowStep EachStep(std::vector<std::string> loads, std::string operand,
                 std::string value);
RowStep StoreStep(std::string operand, std::string value);
inline constexpr char kSumText[] = "a + b";
inline constexpr char kMaxText[] = "b > a ? b : a";
inline constexpr char kMinText[] = "b < a ? b : a";

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_KERNEL_H_
