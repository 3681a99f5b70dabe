#include "graph/declared_types.h"

#include <string>
#include <string_view>

#include "base/str_cat.h"
#include "graph/name_map.h"
#include "graph/tensor_type.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

// A tensor's declared type, and where it stands.
struct Declaration {
  const char* place;
  bool tensor;
  int32_t type;
  bool has_shape;
  Shape dims;
};

Declaration FromValue(const char* place, const onnx::ValueInfoProto& value) {
  const auto& tensor = value.type().tensor_type();
  Declaration out{place,
                  value.type().has_tensor_type(),
                  tensor.elem_type(),
                  tensor.has_shape(),
                  {}};
  for (const auto& dim : tensor.shape().dim()) {
    out.dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
  }
  return out;
}

bool SameShape(const Declaration& a, const Declaration& b) {
  if (!a.has_shape || !b.has_shape) return true;
  if (a.dims.size() != b.dims.size()) return false;
  for (size_t i = 0; i < a.dims.size(); ++i) {
    if (a.dims[i] >= 0 && b.dims[i] >= 0 && a.dims[i] != b.dims[i]) {
      return false;
    }
  }
  return true;
}

// All declarations of one graph.
class Declarations {
 public:
  Status Add(std::string_view name, Declaration declaration) {
    const auto [entry, added] = first_.Insert(name, declaration);
    if (added) return Status::Ok();
    const Declaration& first = *entry;
    const std::string where = StrCat("value ", Quoted(name), ": ", first.place,
                                     " and ", declaration.place, " declare ");
    if (first.tensor != declaration.tensor || first.type != declaration.type) {
      return Status(
          ONNXIFI_STATUS_MISMATCHING_DATATYPE,
          StrCat(where, "different types, ",
                 DataTypeName(static_cast<DataType>(first.type)), " and ",
                 DataTypeName(static_cast<DataType>(declaration.type))));
    }
    if (!SameShape(first, declaration)) {
      return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                    StrCat(where, "different shapes, ", ShapeText(first.dims),
                           " and ", ShapeText(declaration.dims)));
    }
    return Status::Ok();
  }

 private:
  NameMap<Declaration> first_;
};

}  // namespace

Status CompareDeclarations(const onnx::GraphProto& graph) {
  Declarations all;
  for (const auto& value : graph.input()) {
    ONNXIFI_RETURN_IF_ERROR(
        all.Add(value.name(), FromValue("graph.input", value)));
  }
  for (const auto& tensor : graph.initializer()) {
    const Shape dims(tensor.dims().begin(), tensor.dims().end());
    ONNXIFI_RETURN_IF_ERROR(all.Add(
        tensor.name(),
        Declaration{"its initializer", true, tensor.data_type(), true, dims}));
  }
  for (const auto& value : graph.output()) {
    if (!value.has_type()) continue;
    ONNXIFI_RETURN_IF_ERROR(
        all.Add(value.name(), FromValue("graph.output", value)));
  }
  for (const auto& value : graph.value_info()) {
    if (!value.has_type()) continue;
    ONNXIFI_RETURN_IF_ERROR(
        all.Add(value.name(), FromValue("value_info", value)));
  }
  return Status::Ok();
}

}  // namespace onnxifi::graph
