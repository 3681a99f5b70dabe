#include "backends/common/value_view.h"

#include <utility>

#include "backends/common/value_descriptor.h"
#include "base/str_cat.h"

namespace onnxifi::abi {

using graph::DataType;
using graph::ValueType;
using Kind = graph::Value::Kind;

Result<ValueView> ValueView::Make(const std::string& name,
                                  const RunValue& value,
                                  const ValueType& declared) {
  ValueView view;
  const Status filled = view.Fill(value, declared, &view.value_);
  if (!filled.ok()) return filled.WithContext(StrCat("output '", name, "'"));
  view.value_.name = name.c_str();
  return view;
}

Status ValueView::Fill(const RunValue& value, const ValueType& declared,
                       onnxValue* out) {
  const auto wrong = [&] {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("the backend made a ", RunValueKindName(value.kind),
                         ", but the model declares ", TypeText(declared)));
  };
  const ValueType unknown;
  const bool any = declared.kind == Kind::kUnknown;
  const ValueType& inner =
      declared.elements.empty() ? unknown : declared.elements[0];
  out->structSize = sizeof(*out);
  if (declared.kind == Kind::kOptional ||
      (any && value.kind == RunValue::Kind::kEmptyOptional)) {
    out->kind = ONNXIFI_VALUE_KIND_OPTIONAL;
    if (value.kind == RunValue::Kind::kEmptyOptional) return Status::Ok();
    return FillElements({&value}, {&inner}, out);
  }
  switch (value.kind) {
    case RunValue::Kind::kTensor:
      if (!any && declared.kind != Kind::kTensor) return wrong();
      return FillTensor(value, declared, out);
    case RunValue::Kind::kSequence: {
      if (!any && declared.kind != Kind::kSequence) return wrong();
      out->kind = ONNXIFI_VALUE_KIND_SEQUENCE;
      std::vector<const RunValue*> elements;
      for (const RunValue& element : value.elements) {
        elements.push_back(&element);
      }
      return FillElements(
          elements, std::vector<const ValueType*>(elements.size(), &inner),
          out);
    }
    case RunValue::Kind::kMap: {
      if ((!any && declared.kind != Kind::kMap) || value.elements.size() != 1) {
        return wrong();
      }
      out->kind = ONNXIFI_VALUE_KIND_MAP;
      ValueType keys;
      keys.kind = any ? Kind::kUnknown : Kind::kTensor;
      keys.type = declared.type;
      const RunValue key_value = RunValue::Tensor(value.tensor);
      return FillElements({&key_value, value.elements.data()}, {&keys, &inner},
                          out);
    }
    default:
      return wrong();
  }
}

Status ValueView::FillTensor(const RunValue& value, const ValueType& declared,
                             onnxValue* out) {
  const graph::TensorData& tensor = *value.tensor;
  if (declared.type != DataType::kUndefined && declared.type != tensor.type) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("the backend made ", graph::DataTypeName(tensor.type),
                         ", but the model declares ",
                         graph::DataTypeName(declared.type)));
  }
  out->kind = ONNXIFI_VALUE_KIND_TENSOR;
  out->dataType = static_cast<uint32_t>(tensor.type);
  out->dimensions = static_cast<uint32_t>(tensor.dims.size());
  // Dimensions are not negative, so the bits are the same.
  out->shape = tensor.dims.empty()
                   ? nullptr
                   : reinterpret_cast<const uint64_t*>(tensor.dims.data());
  out->data = tensor.data;
  out->dataSize = tensor.bytes;
  if (tensor.type != DataType::kString) return Status::Ok();
  std::vector<onnxStringView>& views = strings_.emplace_back();
  const auto* refs = Elements<graph::StringRef>(tensor);
  const size_t count = tensor.bytes / sizeof(*refs);
  views.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    views.push_back({refs[i].data(), refs[i].size()});
  }
  out->data = views.data();
  out->dataSize = count * sizeof(onnxStringView);
  return Status::Ok();
}

Status ValueView::FillElements(const std::vector<const RunValue*>& elements,
                               const std::vector<const ValueType*>& declared,
                               onnxValue* out) {
  out->elementCount = elements.size();
  if (elements.empty()) return Status::Ok();
  // A vector keeps its memory when the vector of vectors grows.
  onnxValue* const array =
      arrays_.emplace_back(elements.size(), onnxValue{}).data();
  out->elements = array;
  for (size_t i = 0; i < elements.size(); ++i) {
    const Status filled = Fill(*elements[i], *declared[i], &array[i]);
    if (!filled.ok()) return filled.WithContext(StrCat("element ", i));
  }
  return Status::Ok();
}

}  // namespace onnxifi::abi
