#include "backends/common/graph_io.h"

#include <utility>

#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constexpr auto kLastBindableType = graph::DataType::kBfloat16;

// Which capability the tensor needs: 0, SYMBOLIC_BATCH_SIZE or
// SYMBOLIC_SIZE_TENSORS.
uint64_t NeededCapability(const graph::Value& value) {
  if (!value.has_shape) return ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
  uint64_t needed = 0;
  for (size_t i = 0; i < value.dims.size(); ++i) {
    if (value.dims[i] >= 0) continue;
    if (i > 0) return ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
    needed = ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE;
  }
  return needed;
}

Status CheckValue(const graph::Value& value, const char* role) {
  if (value.kind != graph::Value::Kind::kTensor) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat(role, " '", value.name,
                         "' is not a dense tensor; interface 1.0 can only "
                         "bind tensors"));
  }
  const bool bindable = value.type != graph::DataType::kUndefined &&
                        value.type != graph::DataType::kString &&
                        value.type <= kLastBindableType;
  if (!bindable) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat(role, " '", value.name, "' has type ",
                         graph::DataTypeName(value.type),
                         ", which a descriptor of interface 1.0 cannot have"));
  }
  return Status::Ok();
}

}  // namespace

Status GraphIo::Check(const graph::Graph& graph, uint64_t capabilities) {
  for (const graph::ValueId id : graph.inputs) {
    const graph::Value& value = graph.value(id);
    ONNXIFI_RETURN_IF_ERROR(CheckValue(value, "input"));
    const uint64_t needed = NeededCapability(value);
    if ((capabilities & needed) != needed) {
      return Status(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                    StrCat("input '", value.name,
                           "' has a symbolic dimension, which this backend "
                           "does not support; fix it in the model"));
    }
  }
  for (const graph::ValueId id : graph.outputs) {
    ONNXIFI_RETURN_IF_ERROR(CheckValue(graph.value(id), "output"));
  }
  return Status::Ok();
}

GraphIo::GraphIo(const graph::Graph& graph) {
  inputs_.role = "input";
  outputs_.role = "output";
  Fill(graph, graph.inputs, &inputs_);
  Fill(graph, graph.outputs, &outputs_);
}

void GraphIo::Fill(const graph::Graph& graph,
                   const std::vector<graph::ValueId>& ids, Side* side) {
  side->tensors.reserve(ids.size());  // the index holds views of the names
  for (const graph::ValueId id : ids) {
    const graph::Value& value = graph.value(id);
    side->tensors.push_back(
        {value.name, value.type, value.has_shape, value.dims, value.symbols});
    side->index.emplace(side->tensors.back().name, side->tensors.size() - 1);
  }
}

bool GraphIo::StaticInputs(std::vector<graph::Shape>* shapes) const {
  shapes->clear();
  for (const Tensor& tensor : inputs_.tensors) {
    if (!tensor.has_shape) return false;
    for (const int64_t dim : tensor.dims) {
      if (dim < 0) return false;
    }
    shapes->push_back(tensor.dims);
  }
  return true;
}

Status GraphIo::MatchNames(const Side& side, Descriptors descriptors,
                           Matched* matched) {
  matched->assign(side.tensors.size(), nullptr);
  for (size_t i = 0; i < descriptors.size(); ++i) {
    const char* name = descriptors[i].name;
    size_t at = side.tensors.size();
    if (name != nullptr) {
      if (i < side.tensors.size() && side.tensors[i].name == name) {
        at = i;  // the usual order: no hashing
      } else if (const auto found = side.index.find(name);
                 found != side.index.end()) {
        at = found->second;
      }
    }
    if (at == side.tensors.size()) {
      return Status(
          ONNXIFI_STATUS_INVALID_NAME,
          StrCat("descriptor ", i, ": ", DescribeTensor(side.role, name),
                 " is not a run-time ", side.role, " of the model"));
    }
    if ((*matched)[at] != nullptr) {
      return Status(ONNXIFI_STATUS_INVALID_NAME,
                    DescribeTensor(side.role, name) + " is given twice");
    }
    (*matched)[at] = &descriptors[i];
  }
  for (size_t i = 0; i < side.tensors.size(); ++i) {
    if ((*matched)[i] == nullptr) {
      return Status(ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                    StrCat(side.role, " '", side.tensors[i].name,
                           "' of the model has no descriptor"));
    }
  }
  return Status::Ok();
}

// Strictly by name. In tolerant mode names that cannot be used make the order
// count, if the tensors then fit; else the strict answer stands.
Status GraphIo::Match(const Side& side, Descriptors descriptors, bool tolerant,
                      Matched* matched) {
  ONNXIFI_RETURN_IF_ERROR(CheckTags(descriptors, side.role));
  const Status by_name = MatchNames(side, descriptors, matched);
  if (by_name.ok() || !tolerant ||
      by_name.code() != ONNXIFI_STATUS_INVALID_NAME ||
      descriptors.size() != side.tensors.size()) {
    return by_name;
  }
  SymbolValues symbols;
  for (size_t i = 0; i < descriptors.size(); ++i) {
    if (!CheckValues(descriptors[i], side.role, true).ok() ||
        !CheckTensor(side, side.tensors[i], descriptors[i], &symbols).ok()) {
      return by_name;
    }
    (*matched)[i] = &descriptors[i];
  }
  return Status::Ok();
}

Status GraphIo::CheckTensor(const Side& side, const Tensor& tensor,
                            const onnxTensorDescriptorV1& descriptor,
                            SymbolValues* symbols) {
  const auto type = static_cast<graph::DataType>(descriptor.dataType);
  if (type != tensor.type) {
    return Status(
        ONNXIFI_STATUS_MISMATCHING_DATATYPE,
        StrCat(side.role, " '", tensor.name, "' is ",
               graph::DataTypeName(tensor.type), " in the model, but ",
               graph::DataTypeName(type), " in the descriptor"));
  }
  if (!tensor.has_shape) return Status::Ok();
  const auto mismatch = [&](const char* why) {
    return Status(
        ONNXIFI_STATUS_MISMATCHING_SHAPE,
        StrCat(side.role, " '", tensor.name, "' is ", ShapeText(tensor.dims),
               " in the model, but ", ShapeText(ShapeOf(descriptor)),
               " in the descriptor", why));
  };
  if (descriptor.dimensions != tensor.dims.size()) return mismatch("");
  for (size_t i = 0; i < tensor.dims.size(); ++i) {
    const auto given = static_cast<int64_t>(descriptor.shape[i]);
    if (tensor.dims[i] >= 0) {
      if (given != tensor.dims[i]) return mismatch("");
      continue;
    }
    if (i >= tensor.symbols.size() || tensor.symbols[i].empty()) continue;
    const auto [at, fresh] = symbols->emplace(tensor.symbols[i], given);
    if (!fresh && at->second != given) {
      return mismatch("; a symbol has two different values");
    }
  }
  return Status::Ok();
}

Result<BoundTensors> GraphIo::Resolve(Descriptors inputs, Descriptors outputs,
                                      bool tolerant) const {
  Matched matched_inputs;
  Matched matched_outputs;
  ONNXIFI_RETURN_IF_ERROR(Match(inputs_, inputs, tolerant, &matched_inputs));
  ONNXIFI_RETURN_IF_ERROR(Match(outputs_, outputs, tolerant, &matched_outputs));
  BoundTensors bound;
  SymbolValues symbols;
  for (size_t i = 0; i < matched_inputs.size(); ++i) {
    const onnxTensorDescriptorV1& d = *matched_inputs[i];
    ONNXIFI_RETURN_IF_ERROR(CheckValues(d, inputs_.role, tolerant));
    ONNXIFI_RETURN_IF_ERROR(
        CheckTensor(inputs_, inputs_.tensors[i], d, &symbols));
    bound.input_shapes.push_back(ShapeOf(d));
    bound.inputs.push_back(reinterpret_cast<const void*>(d.buffer));
  }
  for (size_t i = 0; i < matched_outputs.size(); ++i) {
    const onnxTensorDescriptorV1& d = *matched_outputs[i];
    ONNXIFI_RETURN_IF_ERROR(CheckValues(d, outputs_.role, tolerant));
    ONNXIFI_RETURN_IF_ERROR(
        CheckTensor(outputs_, outputs_.tensors[i], d, &symbols));
    bound.output_shapes.push_back(ShapeOf(d));
    bound.outputs.push_back(reinterpret_cast<void*>(d.buffer));
  }
  return bound;
}

Result<std::vector<graph::TensorData>> GraphIo::Tensors(
    const Side& side, const std::vector<graph::Shape>& shapes) {
  std::vector<graph::TensorData> tensors;
  for (size_t i = 0; i < shapes.size(); ++i) {
    graph::TensorData tensor;
    tensor.type = side.tensors[i].type;
    tensor.dims = shapes[i];
    ONNXIFI_ASSIGN_OR_RETURN(tensor.bytes,
                             graph::ByteSize(tensor.type, tensor.dims));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

Status GraphIo::CheckOutputShapes(
    const std::vector<graph::Shape>& declared,
    const std::vector<graph::Shape>& computed) const {
  if (declared.size() != computed.size()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "the backend computes another number of outputs than the "
                  "model declares");
  }
  for (size_t i = 0; i < declared.size(); ++i) {
    if (declared[i] == computed[i]) continue;
    return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                  StrCat("output '", outputs_.tensors[i].name, "' will be ",
                         ShapeText(computed[i]), " for these inputs, but is ",
                         ShapeText(declared[i]), " in the descriptor"));
  }
  return Status::Ok();
}

}  // namespace onnxifi::abi
