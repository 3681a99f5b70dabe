#include "client/host_value.h"

#include <algorithm>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
namespace {

constexpr size_t kShownElements = 4;
constexpr size_t kShownBytes = 32;

std::string Figures(const HostTensor& tensor) {
  const TensorStats stats = ComputeStats(tensor);
  return StrCat("min ", NumberText(stats.min), "  max ", NumberText(stats.max),
                "  mean ", NumberText(stats.mean), "  NaN ", stats.nans);
}

std::string Strings(const HostTensor& tensor) {
  std::string text;
  const size_t shown = std::min(tensor.strings().size(), kShownElements);
  for (size_t i = 0; i < shown; ++i) {
    const std::string& s = tensor.strings()[i];
    text += StrCat(i == 0 ? "'" : " '", EscapeText(s.substr(0, kShownBytes)),
                   s.size() > kShownBytes ? "...'" : "'");
  }
  return shown < tensor.strings().size() ? text + " ..." : text;
}

std::string Content(const HostValue& value) {
  if (value.is_tensor()) {
    return value.tensor.has_strings() ? Strings(value.tensor)
                                      : Figures(value.tensor);
  }
  std::string text;
  const size_t shown = std::min(value.elements.size(), kShownElements);
  for (size_t i = 0; i < shown; ++i) {
    text += StrCat(i == 0 ? "" : ", ", TypeText(value.elements[i]));
  }
  return shown < value.elements.size() ? text + ", ..." : text;
}

}  // namespace

Result<HostValue> CopyOf(const HostValue& value) {
  HostValue copy;
  copy.kind = value.kind;
  copy.tensor.set_name(value.name());
  if (value.tensor.type() != graph::DataType::kUndefined) {
    ONNXIFI_ASSIGN_OR_RETURN(copy.tensor,
                             HostTensor::Make(value.name(), value.tensor.type(),
                                              value.tensor.dims()));
    std::copy(value.tensor.bytes().begin(), value.tensor.bytes().end(),
              copy.tensor.bytes().begin());
    std::copy(value.tensor.strings().begin(), value.tensor.strings().end(),
              copy.tensor.strings().begin());
  }
  for (const HostValue& element : value.elements) {
    ONNXIFI_ASSIGN_OR_RETURN(HostValue made, CopyOf(element));
    copy.elements.push_back(std::move(made));
  }
  return copy;
}

const char* KindName(HostValue::Kind kind) {
  switch (kind) {
    case HostValue::Kind::kTensor:
      return "tensor";
    case HostValue::Kind::kSequence:
      return "sequence";
    case HostValue::Kind::kOptional:
      return "optional";
    case HostValue::Kind::kMap:
      return "map";
  }
  return "unknown";
}

std::string TypeText(const HostValue& value) {
  switch (value.kind) {
    case HostValue::Kind::kSequence:
      return StrCat("sequence of ", value.elements.size());
    case HostValue::Kind::kOptional:
      return value.elements.empty() ? "empty optional" : "optional";
    case HostValue::Kind::kMap:
      return StrCat("map of ", value.tensor.elements());
    case HostValue::Kind::kTensor:
      break;
  }
  return StrCat(graph::DataTypeName(value.tensor.type()), " ",
                ShapeText(value.tensor.dims()));
}

std::string Describe(const HostValue& value) {
  const std::string content = Content(value);
  return StrCat(EscapeText(value.name()), "  ", TypeText(value),
                content.empty() ? "" : "  ", content);
}

}  // namespace onnxifi::client
