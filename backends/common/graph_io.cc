#include "backends/common/graph_io.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constexpr auto kLastBindableType = graph::DataType::kBfloat16;

// Which capability the tensor needs: 0, SYMBOLIC_BATCH_SIZE or
// SYMBOLIC_SIZE_TENSORS.
uint64_t NeededCapability(const graph::Value& value) {
  if (value.kind != graph::Value::Kind::kTensor) return 0;
  if (!value.has_shape) return ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
  uint64_t needed = 0;
  for (size_t i = 0; i < value.dims.size(); ++i) {
    if (value.dims[i] >= 0) continue;
    if (i > 0) return ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
    needed = ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE;
  }
  return needed;
}

// The way out for what descriptors cannot carry.
constexpr const char* kUseValues =
    "; use runValues of interface 1.1 (" ONNXIFI_GET_INTERFACE_FUNCTION_NAME
    ")";

Status CheckDescribable(const graph::Value& value, const char* role) {
  if (value.kind != graph::Value::Kind::kTensor) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat(role, " '", value.name,
                         "' is not a dense tensor; interface 1.0 can only "
                         "bind tensors",
                         kUseValues));
  }
  const bool bindable = value.type != graph::DataType::kUndefined &&
                        value.type != graph::DataType::kString &&
                        value.type <= kLastBindableType;
  if (!bindable) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat(role, " '", value.name, "' has type ",
                         graph::DataTypeName(value.type),
                         ", which a descriptor of interface 1.0 cannot have",
                         kUseValues));
  }
  return Status::Ok();
}

// Where the tensor of a descriptor is that passed CheckValues.
Result<void*> Place(const onnxTensorDescriptorV1& d, const char* role,
                    const MemoryTable* memories, BoundTensors* bound) {
  if (d.memoryType == ONNXIFI_MEMORY_TYPE_DEVICE) {
    bound->device_only |=
        memories->Locate(d.buffer, 0) == MemoryTable::Where::kDeviceOnly;
  } else if (d.memoryType != ONNXIFI_MEMORY_TYPE_CPU) {
    ONNXIFI_ASSIGN_OR_RETURN(
        const size_t bytes,
        graph::ByteSize(static_cast<graph::DataType>(d.dataType), ShapeOf(d)));
    if (bytes == 0) return nullptr;
    Result<MemoryBlock> block =
        memories->device()->Wrap(d.memoryType, d.buffer, bytes);
    if (!block.ok()) {
      return block.status().WithContext(DescribeTensor(role, d.name));
    }
    bound->device_only |= block->host == nullptr;
    bound->owners.push_back(std::move(block->owner));
    return reinterpret_cast<void*>(block->buffer);
  }
  return reinterpret_cast<void*>(d.buffer);
}

// `any`: the value says what it is, so the model need not.
Status CheckValue(const graph::Value& value, const char* role, bool any) {
  const bool unknown = value.kind == graph::Value::Kind::kUnknown ||
                       (value.kind == graph::Value::Kind::kTensor &&
                        value.type == graph::DataType::kUndefined);
  if (any && unknown) return Status::Ok();
  const Status carried = CheckCarried(TypeOfValue(value));
  if (carried.ok()) return carried;
  return Status(carried.code(),
                StrCat(role, " '", value.name, "' ", carried.message()));
}

}  // namespace

Status GraphIo::CheckInput(const graph::Value& value, uint64_t capabilities,
                           Carrier carrier) {
  ONNXIFI_RETURN_IF_ERROR(carrier == Carrier::kDescriptors
                              ? CheckDescribable(value, "input")
                              : CheckValue(value, "input", false));
  const uint64_t needed = NeededCapability(value);
  if ((capabilities & needed) == needed) return Status::Ok();
  return Status(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                StrCat("input '", value.name,
                       "' has a symbolic dimension, which this backend "
                       "does not support; fix it in the model"));
}

Status GraphIo::CheckOutput(const graph::Value& value, Carrier carrier) {
  return carrier == Carrier::kDescriptors ? CheckDescribable(value, "output")
                                          : CheckValue(value, "output", true);
}

Status GraphIo::Check(const graph::Graph& graph, uint64_t capabilities,
                      Carrier carrier) {
  for (const graph::ValueId id : graph.inputs) {
    ONNXIFI_RETURN_IF_ERROR(CheckInput(graph.value(id), capabilities, carrier));
  }
  for (const graph::ValueId id : graph.outputs) {
    ONNXIFI_RETURN_IF_ERROR(CheckOutput(graph.value(id), carrier));
  }
  return Status::Ok();
}

GraphIo::GraphIo(const graph::Graph& graph) {
  inputs_.role = "input";
  outputs_.role = "output";
  Fill(graph, graph.inputs, &inputs_);
  Fill(graph, graph.outputs, &outputs_);
  for (const graph::ValueId id : graph.inputs) {
    if (descriptors_.ok()) {
      descriptors_ = CheckDescribable(graph.value(id), inputs_.role);
    }
  }
  for (const graph::ValueId id : graph.outputs) {
    if (descriptors_.ok()) {
      descriptors_ = CheckDescribable(graph.value(id), outputs_.role);
    }
  }
}

void GraphIo::Fill(const graph::Graph& graph,
                   const std::vector<graph::ValueId>& ids, Side* side) {
  side->tensors.reserve(ids.size());  // the index holds views of the names
  for (const graph::ValueId id : ids) {
    const graph::Value& value = graph.value(id);
    side->tensors.push_back({value.name, value.type, value.has_shape,
                             value.dims, value.symbols, TypeOfValue(value)});
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

bool GraphIo::AllTensors() const {
  for (const Side* side : {&inputs_, &outputs_}) {
    for (const Tensor& tensor : side->tensors) {
      if (tensor.whole_type.kind != graph::Value::Kind::kTensor) return false;
    }
  }
  return true;
}

template <typename NameOf>
Result<std::vector<size_t>> GraphIo::MatchNames(const Side& side, size_t count,
                                                const char* what,
                                                const NameOf& name_of) {
  constexpr size_t kNone = SIZE_MAX;
  std::vector<size_t> matched(side.tensors.size(), kNone);
  for (size_t i = 0; i < count; ++i) {
    const char* name = name_of(i);
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
      return Status(ONNXIFI_STATUS_INVALID_NAME,
                    StrCat(what, " ", i, ": ", DescribeTensor(side.role, name),
                           " is not a run-time ", side.role, " of the model"));
    }
    if (matched[at] != kNone) {
      return Status(ONNXIFI_STATUS_INVALID_NAME,
                    DescribeTensor(side.role, name) + " is given twice");
    }
    matched[at] = i;
  }
  for (size_t i = 0; i < side.tensors.size(); ++i) {
    if (matched[i] == kNone) {
      return Status(ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                    StrCat(side.role, " '", side.tensors[i].name,
                           "' of the model has no ", what));
    }
  }
  return matched;
}

// Strictly by name. In tolerant mode names that cannot be used make the order
// count, if the tensors then fit; else the strict answer stands.
Status GraphIo::Match(const Side& side, Descriptors descriptors, bool tolerant,
                      const MemoryTable* memories, Matched* matched) {
  const auto by_name =
      MatchNames(side, descriptors.size(), "descriptor",
                 [&](size_t i) { return descriptors[i].name; });
  matched->clear();
  if (by_name.ok()) {
    for (const size_t i : *by_name) matched->push_back(&descriptors[i]);
    return Status::Ok();
  }
  if (!tolerant || by_name.status().code() != ONNXIFI_STATUS_INVALID_NAME ||
      descriptors.size() != side.tensors.size()) {
    return by_name.status();
  }
  SymbolValues symbols;
  for (size_t i = 0; i < descriptors.size(); ++i) {
    const onnxTensorDescriptorV1& d = descriptors[i];
    if (!CheckValues(d, side.role, true, memories).ok() ||
        !CheckTensor(side, side.tensors[i], d, ShapeOf(d), &symbols).ok()) {
      return by_name.status();
    }
    matched->push_back(&d);
  }
  return Status::Ok();
}

Status GraphIo::CheckShape(const Side& side, const Tensor& tensor,
                           const graph::Shape& given, const char* where,
                           SymbolValues* symbols) {
  if (!tensor.has_shape) return Status::Ok();
  const auto mismatch = [&](const char* why) {
    return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                  StrCat(side.role, " '", tensor.name, "' is ",
                         ShapeText(tensor.dims), " in the model, but ",
                         ShapeText(given), " in the ", where, why));
  };
  if (given.size() != tensor.dims.size()) return mismatch("");
  for (size_t i = 0; i < tensor.dims.size(); ++i) {
    if (tensor.dims[i] >= 0) {
      if (given[i] != tensor.dims[i]) return mismatch("");
      continue;
    }
    if (i >= tensor.symbols.size() || tensor.symbols[i].empty()) continue;
    const auto [at, fresh] = symbols->emplace(tensor.symbols[i], given[i]);
    if (!fresh && at->second != given[i]) {
      return mismatch("; a symbol has two different values");
    }
  }
  return Status::Ok();
}

Status GraphIo::CheckTensor(const Side& side, const Tensor& tensor,
                            const onnxTensorDescriptorV1& descriptor,
                            const graph::Shape& dims, SymbolValues* symbols) {
  const auto type = static_cast<graph::DataType>(descriptor.dataType);
  if (type != tensor.type) {
    return Status(
        ONNXIFI_STATUS_MISMATCHING_DATATYPE,
        StrCat(side.role, " '", tensor.name, "' is ",
               graph::DataTypeName(tensor.type), " in the model, but ",
               graph::DataTypeName(type), " in the descriptor"));
  }
  return CheckShape(side, tensor, dims, "descriptor", symbols);
}

Result<BoundTensors> GraphIo::Resolve(Descriptors inputs, Descriptors outputs,
                                      bool tolerant,
                                      const MemoryTable* memories) const {
  ONNXIFI_RETURN_IF_ERROR(descriptors_);
  // All tags before anything else.
  ONNXIFI_RETURN_IF_ERROR(CheckTags(inputs, inputs_.role));
  ONNXIFI_RETURN_IF_ERROR(CheckTags(outputs, outputs_.role));
  Matched matched_inputs;
  Matched matched_outputs;
  ONNXIFI_RETURN_IF_ERROR(
      Match(inputs_, inputs, tolerant, memories, &matched_inputs));
  ONNXIFI_RETURN_IF_ERROR(
      Match(outputs_, outputs, tolerant, memories, &matched_outputs));
  BoundTensors bound;
  SymbolValues symbols;
  for (size_t i = 0; i < matched_inputs.size(); ++i) {
    const onnxTensorDescriptorV1& d = *matched_inputs[i];
    ONNXIFI_RETURN_IF_ERROR(CheckValues(d, inputs_.role, tolerant, memories));
    bound.input_shapes.push_back(ShapeOf(d));
    ONNXIFI_RETURN_IF_ERROR(CheckTensor(inputs_, inputs_.tensors[i], d,
                                        bound.input_shapes.back(), &symbols));
    ONNXIFI_ASSIGN_OR_RETURN(const void* const place,
                             Place(d, inputs_.role, memories, &bound));
    bound.inputs.push_back(place);
  }
  for (size_t i = 0; i < matched_outputs.size(); ++i) {
    const onnxTensorDescriptorV1& d = *matched_outputs[i];
    ONNXIFI_RETURN_IF_ERROR(CheckValues(d, outputs_.role, tolerant, memories));
    bound.output_shapes.push_back(ShapeOf(d));
    ONNXIFI_RETURN_IF_ERROR(CheckTensor(outputs_, outputs_.tensors[i], d,
                                        bound.output_shapes.back(), &symbols));
    ONNXIFI_ASSIGN_OR_RETURN(void* const place,
                             Place(d, outputs_.role, memories, &bound));
    bound.outputs.push_back(place);
  }
  return bound;
}

Result<std::vector<RunValue>> GraphIo::ResolveValues(
    const ValueArray& values) const {
  ONNXIFI_ASSIGN_OR_RETURN(
      const std::vector<size_t> matched,
      MatchNames(inputs_, values.size(), "value",
                 [&](size_t i) { return values[i].name; }));
  ValueReader reader;
  SymbolValues symbols;
  std::vector<RunValue> resolved;
  for (size_t i = 0; i < matched.size(); ++i) {
    const Tensor& declared = inputs_.tensors[i];
    Result<RunValue> value =
        reader.Read(values[matched[i]], declared.whole_type);
    if (!value.ok()) {
      return value.status().WithContext(
          StrCat(inputs_.role, " '", declared.name, "'"));
    }
    if (value->is_tensor() &&
        declared.whole_type.kind == graph::Value::Kind::kTensor) {
      ONNXIFI_RETURN_IF_ERROR(CheckShape(inputs_, declared, value->tensor->dims,
                                         "value", &symbols));
    }
    resolved.push_back(std::move(value).value());
  }
  return resolved;
}

Result<size_t> GraphIo::FindInput(const char* name) const {
  const auto found =
      name == nullptr ? inputs_.index.end() : inputs_.index.find(name);
  if (found != inputs_.index.end()) return found->second;
  return Status(ONNXIFI_STATUS_INVALID_NAME,
                DescribeTensor(inputs_.role, name) +
                    " is not a run-time input of the model");
}

const graph::Shape* GraphIo::FixedInput(size_t i) const {
  const Tensor& tensor = inputs_.tensors[i];
  const bool fixed =
      tensor.has_shape && std::all_of(tensor.dims.begin(), tensor.dims.end(),
                                      [](int64_t dim) { return dim >= 0; });
  return fixed ? &tensor.dims : nullptr;
}

Status GraphIo::CheckInputShapes(
    const std::vector<graph::Shape>& shapes) const {
  SymbolValues symbols;
  for (size_t i = 0; i < shapes.size(); ++i) {
    ONNXIFI_RETURN_IF_ERROR(CheckShape(inputs_, inputs_.tensors[i], shapes[i],
                                       "shape profile", &symbols));
  }
  return Status::Ok();
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
