// Feeds arbitrary bytes to the reader of data files: the first byte chooses
// the kind, the rest is the message. With -DONNXIFI_FUZZ=ON and clang this is
// a libFuzzer target; otherwise corpus_main.cc replays files.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "graph/limits.h"
#include "graph/value_reader.h"

namespace {

using onnxifi::graph::DataValue;
using Kind = onnxifi::graph::Value::Kind;

// What is accepted has the form that the header promises.
void Check(const DataValue& value, int depth) {
  const bool has_tensor =
      value.kind == Kind::kTensor || value.kind == Kind::kMap;
  // The values of a map lie one deeper.
  if (depth > onnxifi::graph::kMaxValueDepth + 1 ||
      (value.tensor != nullptr) != has_tensor) {
    std::abort();
  }
  if (value.kind == Kind::kMap &&
      (value.elements.size() != 1 ||
       value.elements[0].tensor->dims != value.tensor->dims)) {
    std::abort();
  }
  if (value.kind == Kind::kOptional && value.elements.size() > 1) std::abort();
  for (const DataValue& element : value.elements) Check(element, depth + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  constexpr Kind kKinds[] = {Kind::kTensor, Kind::kSequence, Kind::kOptional,
                             Kind::kMap};
  const auto bytes = std::as_bytes(std::span<const uint8_t>(data, size));
  const auto value =
      onnxifi::graph::ReadValue(bytes.subspan(1), kKinds[data[0] % 4]);
  if (value.ok()) {
    Check(value.value(), 0);
  } else if (value.status().message().empty()) {
    std::abort();
  }
  return 0;
}
