#include "backends/common/value_executable.h"

#include <cstring>
#include <memory>
#include <utility>

#include "backends/common/run_control.h"
#include "base/log.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::TensorData;

ValueExecutable::ValueExecutable(CompiledGraph& graph,
                                 std::vector<TensorData> inputs,
                                 std::vector<TensorData> outputs)
    : graph_(graph), inputs_(std::move(inputs)), outputs_(std::move(outputs)) {
  for (const TensorData& output : outputs_) {
    output_shapes_.push_back(output.dims);
  }
}

onnxStatus ValueExecutable::Run(std::span<const void* const> inputs,
                                std::span<void* const> outputs) {
  std::vector<RunValue> values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    auto tensor = std::make_shared<TensorData>(inputs_[i]);
    tensor->data = inputs[i];
    values.push_back(RunValue::Tensor(std::move(tensor)));
  }
  RunScope scope;
  std::vector<RunValue> results;
  const Status status = graph_.RunValues(scope, std::move(values), &results);
  if (!status.ok()) {
    if (!IsStopped(status.code())) {
      Log(LogLevel::kError, "run failed: ", status.message());
    }
    NoteRunFailure(status);
    return status.code();
  }
  for (size_t i = 0; i < results.size(); ++i) {
    const TensorData* got = results[i].tensor.get();
    const TensorData& want = outputs_[i];
    if (!results[i].is_tensor() || got->type != want.type ||
        got->dims != want.dims || got->bytes != want.bytes) {
      const Status status(
          ONNXIFI_STATUS_MISMATCHING_SHAPE,
          StrCat("output ", i, " is ",
                 got == nullptr ? "no tensor" : ShapeText(got->dims),
                 ", but its buffer was bound as ", ShapeText(want.dims)));
      Log(LogLevel::kError, "run failed: ", status.message());
      NoteRunFailure(status);
      return status.code();
    }
  }
  for (size_t i = 0; i < results.size(); ++i) {
    const TensorData& got = *results[i].tensor;
    if (got.bytes > 0) std::memcpy(outputs[i], got.data, got.bytes);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi
