#include "backends/common/value_run.h"

#include <new>
#include <string>
#include <utility>

namespace onnxifi::abi {
namespace {

// Characters may belong to the state of a kernel, which goes with its plan, or
// to the scope of the run: copies do not.
void OwnStrings(RunValue& value) {
  if (value.tensor != nullptr &&
      value.tensor->type == graph::DataType::kString) {
    const auto* refs = Elements<graph::StringRef>(*value.tensor);
    const size_t count = value.tensor->bytes / sizeof(*refs);
    value.tensor = graph::MakeStringTensor(
        std::vector<std::string>(refs, refs + count), value.tensor->dims);
  }
  for (RunValue& element : value.elements) OwnStrings(element);
}

}  // namespace

Status ValueRun::RunOnce() {
  RunScope scope;
  ONNXIFI_RETURN_IF_ERROR(
      graph_.RunValues(scope, std::move(inputs_), &outputs_));
  for (RunValue& output : outputs_) OwnStrings(output);
  return Status::Ok();
}

onnxStatus ValueRun::Run(std::span<const void* const>, std::span<void* const>) {
  try {
    status_ = RunOnce();
  } catch (const std::bad_alloc&) {
    status_ = Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                     "no host memory for the values of the run");
  } catch (...) {
    status_ = Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                     "the backend threw an exception during the run");
  }
  return status_.code();
}

}  // namespace onnxifi::abi
