#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_WRITER_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/opencl/kernels/row_kernel.h"
#include "backends/opencl/kernels/row_plan.h"
#include "backends/opencl/kernels/vector_text.h"

namespace onnxifi::opencl {

std::vector<int64_t> SizesOf(const std::vector<RowPlan::Dim>& dims);

// The text of a row kernel without what tells rows apart.
class RowWriter {
 public:
  RowWriter(const RowSpec& spec, const RowPlan& plan)
      : spec_(spec),
        plan_(plan),
        scalar_(KernelTypeOf(spec.compute).compute),
        position_(FullWidth(spec.compute) == 8 ? "long" : plan.index) {}

  // What is done to the row, or the `width` rows side by side, at k0, k1, ...
  std::string Program(int width) const;
  // The same for RowPlan::side vectors of rows: loops go through all of them.
  std::string WideProgram() const;

 private:
  std::string Types(int width) const;
  std::string Bases(int width, int side) const;
  std::string Text(const RowStep& step, int width) const;
  std::string Resolve(const std::string& text, int width) const;
  std::string Load(const std::string& operand, int width,
                   const std::string& index, bool vector) const;
  std::string Store(const std::pair<std::string, std::string>& store, int width,
                    const std::string& index) const;
  std::string Element(const RowStep& step, int width, const std::string& place,
                      const std::string& sum) const;
  std::string Loop(const RowStep& step, int width) const;
  std::string Nest(const std::string& inner, size_t depth) const;
  std::string Line(const RowStep& step) const;
  std::string JoinLine(const RowStep& step, int unroll) const;
  std::string Group(const RowStep& step) const;
  std::string Bound(size_t d) const;
  size_t OperandAt(const std::string& name) const;

  std::string SumType(const RowStep& step, int width) const {
    return VectorType(step.of_positions ? position_ : scalar_, width);
  }

  const RowSpec& spec_;
  const RowPlan& plan_;
  const std::string scalar_;
  const std::string position_;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ROW_WRITER_H_
