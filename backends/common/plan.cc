#include "backends/common/plan.h"

#include <algorithm>

namespace onnxifi {

TensorId Plan::AddTensor(TensorDesc desc, int32_t buffer) {
  tensors.push_back({std::move(desc), buffer});
  return static_cast<TensorId>(tensors.size()) - 1;
}

int32_t Plan::AddBuffer(PlanBuffer buffer) {
  buffers.push_back(std::move(buffer));
  return static_cast<int32_t>(buffers.size()) - 1;
}

void Plan::AddStep(PlanStep step) {
  const int32_t index = static_cast<int32_t>(steps.size());
  const auto touch = [&](TensorId id, bool writes) {
    if (id == kNoTensor) return;
    PlanBuffer& buffer = buffer_of(id);
    if (writes && buffer.first_step < 0) buffer.first_step = index;
    buffer.last_step = std::max(buffer.last_step, index);
  };
  for (const TensorId id : step.inputs) touch(id, false);
  for (const TensorId id : step.outputs) touch(id, true);
  steps.push_back(std::move(step));
}

int32_t Plan::Root(int32_t buffer, size_t* offset) const {
  size_t sum = 0;
  while (buffers[static_cast<size_t>(buffer)].parent >= 0) {
    const PlanBuffer& part = buffers[static_cast<size_t>(buffer)];
    sum += part.parent_offset;
    buffer = part.parent;
  }
  if (offset != nullptr) *offset = sum;
  return buffer;
}

}  // namespace onnxifi
