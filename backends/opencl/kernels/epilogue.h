#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_EPILOGUE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_EPILOGUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/element_group.h"

namespace onnxifi::opencl {

// How many inputs of a product are its own: the others are operands of the group
// that it carries (fusion/epilogue.h).
size_t ProductInputs(const NodeView& node);

// What the kernel of a product does with a result before it stores it: nothing, or
// a group of element-wise nodes with the same bits as behind the product.
class Epilogue {
 public:
  // For the node that is prepared. Declares its outputs, which are like `product`,
  // and asks for the layouts of the group's operands.
  static Result<Epilogue> Make(PrepareContext& ctx, const TensorDesc& product);

  bool empty() const { return !group_; }
  // Adds outputs, called y, y1, ..., and the operands.
  void AddParameters(KernelText* kernel) const;
  // Statements that store one result, the variable `value`, as element `at` of the
  // outputs. `place` has its coordinate in each dimension of the output as that
  // lies in memory.
  std::string StoreElement(const std::string& value, const std::string& at,
                           const std::vector<std::string>& place) const;
  // The same for `lanes` results of float32 at the pointer `values`, which follow
  // one another in the last dimension from `place` on.
  std::string StoreLanes(const std::string& values, const std::string& lanes,
                         const std::string& at,
                         const std::vector<std::string>& place) const;

  // Stores zeros behind the lanes, up to `width`.
  std::string PadLanes(const std::string& lanes, int width,
                       const std::string& at) const;

 private:
  struct Operand {
    size_t input = 0;  // of the node
    graph::DataType type = graph::DataType::kUndefined;
    std::vector<int64_t> strides;
    bool dense = false;  // lies like the output
  };

  Status AddGroup(PrepareContext& ctx, const graph::Graph& body);
  std::string OperandIndex(const Operand& operand, const std::string& at,
                           const std::vector<std::string>& place) const;
  // `lane` is added to the indices.
  std::string Statements(const std::string& value, const std::string& at,
                         const std::string& lane) const;

  TensorDesc product_;
  size_t outputs_ = 1;
  std::optional<ElementGroup> group_;
  ElementGroup::Part part_;
  std::vector<Operand> operands_;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_EPILOGUE_H_
