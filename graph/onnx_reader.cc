#include "graph/onnx_reader.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <new>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/str_cat.h"
#include "graph/declared_types.h"
#include "graph/infer_types.h"
#include "graph/inline_functions.h"
#include "graph/ir_builder.h"
#include "graph/limits.h"
#include "graph/model_check.h"
#include "graph/outer_outputs.h"
#include "graph/protobuf_memory.h"
#include "graph/skeleton.h"
#include "graph/text.h"
#include "graph/wire_tensor.h"

namespace onnxifi::graph {
namespace {

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

Status ParseSkeleton(const std::string& bytes, onnx::ModelProto* model) {
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t*>(bytes.data()),
      static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxMessageDepth);
  if (model->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage()) {
    return Status::Ok();
  }
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                StrCat("the bytes are not an ONNX model, or messages are "
                       "nested deeper than ",
                       kMaxMessageDepth));
}

// A weight descriptor must say what the model declares for its input.
Status CompareWeight(const onnx::ValueInfoProto& input,
                     const TensorData& weight) {
  const auto mismatch = [&](onnxStatus code, const std::string& what) {
    return Status(code, StrCat("weight ", Quoted(input.name()), " ", what));
  };
  const auto& type = input.type().tensor_type();
  if (!input.type().has_tensor_type() ||
      type.elem_type() != static_cast<int32_t>(weight.type)) {
    return mismatch(
        ONNXIFI_STATUS_MISMATCHING_DATATYPE,
        StrCat("is ", DataTypeName(weight.type), ", the model declares ",
               DataTypeName(static_cast<DataType>(type.elem_type()))));
  }
  if (!type.has_shape()) return Status::Ok();
  Shape declared;
  bool same =
      static_cast<size_t>(type.shape().dim_size()) == weight.dims.size();
  for (const auto& dim : type.shape().dim()) {
    const bool known = dim.has_dim_value() && dim.dim_value() != -1;
    const size_t i = declared.size();
    declared.push_back(known ? dim.dim_value() : -1);
    same = same && (!known || weight.dims[i] == dim.dim_value());
  }
  if (same) return Status::Ok();
  return mismatch(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                  StrCat("has shape ", ShapeText(weight.dims),
                         ", the model declares ", ShapeText(declared)));
}

// Turns weight descriptors into initializers of the skeleton.
Status AddWeights(const std::vector<NamedTensor>& weights,
                  onnx::ModelProto* model, Skeleton* skeleton) {
  if (weights.empty()) return Status::Ok();
  if (skeleton->has_initializers) {
    return Invalid(
        "weights are given beside a model with initializers; give all in one "
        "way");
  }
  std::unordered_map<std::string_view, const onnx::ValueInfoProto*> inputs;
  for (const auto& input : model->graph().input()) {
    inputs.emplace(input.name(), &input);
  }
  std::unordered_set<std::string_view> seen;
  for (const NamedTensor& weight : weights) {
    const auto input = inputs.find(weight.name);
    if (input == inputs.end() || !seen.insert(weight.name).second) {
      return Status(ONNXIFI_STATUS_INVALID_NAME,
                    StrCat("weight ", Quoted(weight.name),
                           input == inputs.end() ? " is not a graph input"
                                                 : " is given twice"));
    }
    ONNXIFI_RETURN_IF_ERROR(CompareWeight(*input->second, *weight.tensor));
    std::string bytes;
    const WireTensor tensor{weight.name, weight.tensor};
    AppendTensorMessage(bytes, tensor, skeleton->tensors.size(),
                        /*with_data=*/false);
    if (!model->mutable_graph()->add_initializer()->ParseFromString(bytes)) {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    StrCat("weight ", Quoted(weight.name),
                           " cannot be added to the model"));
    }
    skeleton->tensors.push_back(tensor);
  }
  return Status::Ok();
}

// Of the memory that a model's messages lie in: they are made one by one and
// go together.
google::protobuf::ArenaOptions BlockSizes() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = size_t{16} << 10;
  options.max_block_size = size_t{256} << 10;
  return options;
}

Result<Graph> Read(std::span<const std::byte> bytes,
                   const ReadOptions& options) {
  if (bytes.empty()) {
    return Status(ONNXIFI_STATUS_INVALID_SIZE, "the model has no bytes");
  }
  ExternalData external(options.external_data_dir);
  GivenTensors given;
  for (const NamedTensor& weight : options.external_weights) {
    given.Add(weight.name, weight.tensor);
  }
  const TensorSource source{
      options.owner, options.external_data_dir.empty() ? nullptr : &external,
      options.external_weights.empty() ? nullptr : &given};
  ONNXIFI_ASSIGN_OR_RETURN(Skeleton skeleton, MakeSkeleton(bytes, source));
  if (const std::string_view unused = given.Unused(); !unused.empty()) {
    if (!given.AnyUsed()) {
      return Invalid(
          "the model has initializers and there are weight descriptors, but "
          "none of them gives external data; weights must come from one of "
          "the two");
    }
    return Status(ONNXIFI_STATUS_INVALID_NAME,
                  StrCat("weight ", Quoted(unused),
                         " is given, but the model has no initializer of this "
                         "name whose data is external"));
  }
  google::protobuf::Arena arena(BlockSizes());
  auto* const model =
      google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  ONNXIFI_RETURN_IF_ERROR(ParseSkeleton(skeleton.model, model));
  ONNXIFI_RETURN_IF_ERROR(CheckVersions(model));
  ONNXIFI_RETURN_IF_ERROR(AddWeights(options.weights, model, &skeleton));
  WrapOuterOutputs(model);
  ONNXIFI_RETURN_IF_ERROR(CheckStructure(model));
  const bool has_functions = model->functions_size() > 0;
  NodeKinds kinds(model->graph());
  RunChecker(*model, kinds);
  if (has_functions) {
    ONNXIFI_RETURN_IF_ERROR(InlineFunctions(model));
    // Attributes that a call leaves out can be required in the body.
    ONNXIFI_RETURN_IF_ERROR(CheckStructure(model));
    kinds = NodeKinds(model->graph());
    RunChecker(*model, kinds);
  }
  RestoreDims(skeleton.tensors, model);
  ONNXIFI_RETURN_IF_ERROR(CompareDeclarations(model->graph()));
  ValueTypes types;
  ONNXIFI_RETURN_IF_ERROR(
      InferTypes(model, skeleton.tensors, kinds, &arena, &types));
  return BuildGraph(*model, types, skeleton.tensors);
}

}  // namespace

// The one place where ONNX's exceptions become statuses.
Result<Graph> ReadModel(std::span<const std::byte> bytes,
                        const ReadOptions& options) {
  FreeProtobufAtUnload();
  try {
    return Read(bytes, options);
  } catch (const std::bad_alloc&) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  "no memory to read the model");
  } catch (const std::exception& error) {
    return Invalid(Printable(error.what()));
  }
}

Result<NamedTensor> ReadTensor(std::span<const std::byte> bytes) {
  try {
    ONNXIFI_ASSIGN_OR_RETURN(WireTensor read, ReadWireTensor(bytes, {}));
    // In place means in the caller's bytes: those are copied.
    if (read.data->owner == nullptr) {
      ONNXIFI_ASSIGN_OR_RETURN(NewTensor copy,
                               MakeTensor(read.data->type, read.data->dims));
      std::copy_n(static_cast<const std::byte*>(read.data->data),
                  read.data->bytes, static_cast<std::byte*>(copy.data));
      read.data = std::move(copy.tensor);
    }
    return NamedTensor{std::move(read.name), std::move(read.data)};
  } catch (const std::bad_alloc&) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  "no memory to read the tensor");
  }
}

}  // namespace onnxifi::graph
