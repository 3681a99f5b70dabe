#include "graph/infer_types.h"

#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/str_cat.h"
#include "graph/op_schemas.h"
#include "graph/skeleton.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

// Calls `visit` with every tensor of a graph and its bodies.
template <typename Visit>
void ForEachTensor(onnx::GraphProto* graph, const Visit& visit) {
  for (auto& tensor : *graph->mutable_initializer()) visit(&tensor);
  for (auto& node : *graph->mutable_node()) {
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_t()) visit(attribute.mutable_t());
      for (auto& tensor : *attribute.mutable_tensors()) visit(&tensor);
      if (attribute.has_g()) ForEachTensor(attribute.mutable_g(), visit);
      for (auto& body : *attribute.mutable_graphs()) {
        ForEachTensor(&body, visit);
      }
    }
  }
}

// Makes attribute defaults explicit where inference goes through an operator's
// function body: ONNX binds only the attributes that a node spells out.
void AddDefaults(onnx::GraphProto* graph,
                 const std::unordered_map<std::string, int>& opsets) {
  for (auto& node : *graph->mutable_node()) {
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) AddDefaults(attribute.mutable_g(), opsets);
      for (auto& body : *attribute.mutable_graphs()) {
        AddDefaults(&body, opsets);
      }
    }
    const auto import = opsets.find(node.domain());
    if (import == opsets.end()) continue;
    const onnx::OpSchema* schema =
        FindSchema(node.op_type(), import->second, node.domain());
    if (schema == nullptr || schema->has_type_and_shape_inference_function() ||
        !schema->HasFunction()) {
      continue;
    }
    for (const auto& [name, attribute] : schema->attributes()) {
      const auto& present = node.attribute();
      const bool given = std::any_of(
          present.begin(), present.end(),
          [&key = name](const auto& other) { return other.name() == key; });
      if (!given && attribute.default_value.has_type()) {
        *node.add_attribute() = attribute.default_value;
      }
    }
  }
}

// Each gradient is like the tensor that it belongs to; its value is an input.
// ONNX gives Gradient no inference, and then nothing that reads one has a type.
const onnx::OpSchema* TypedGradient(const onnx::OpSchema* untyped) {
  static const onnx::OpSchema typed = [&] {
    onnx::OpSchema schema = *untyped;
    schema.TypeAndShapeInferenceFunction([](onnx::InferenceContext& ctx) {
      const size_t count = std::min(ctx.getNumInputs(), ctx.getNumOutputs());
      for (size_t i = 0; i < count; ++i) {
        if (ctx.getInputType(i) == nullptr) continue;
        onnx::propagateElemTypeFromInputToOutput(ctx, i, i);
        if (onnx::hasInputShape(ctx, i)) {
          onnx::propagateShapeFromInputToOutput(ctx, i, i);
        }
      }
    });
    return schema;
  }();
  return &typed;
}

// ONNX's schemas, except two: that of Gradient, and the inference function of
// Expand before operator set 13, which makes an object for each element of a
// shape vector, however long.
class SafeSchemas final : public onnx::ISchemaRegistry {
 public:
  const onnx::OpSchema* GetSchema(const std::string& key, const int version,
                                  const std::string& domain) const override {
    constexpr int kFirst = 8, kSafe = 13;
    const bool expand = key == "Expand" && domain.empty() &&
                        version >= kFirst && version < kSafe;
    const onnx::OpSchema* schema =
        FindSchema(key, expand ? kSafe : version, domain);
    const bool gradient = schema != nullptr && key == "Gradient" &&
                          domain == "ai.onnx.preview.training";
    return gradient ? TypedGradient(schema) : schema;
  }
};

// ONNX's inference reports by text. Its own words tell which rule broke.
Status FromInferenceError(std::string_view text) {
  const auto has = [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  onnxStatus code = ONNXIFI_STATUS_MISMATCHING_SHAPE;
  if (has("[TypeInferenceError]") || has("inconsistent type")) {
    code = ONNXIFI_STATUS_MISMATCHING_DATATYPE;
  } else if (has("ttribute") || has("unsupported type")) {
    code = ONNXIFI_STATUS_INVALID_MODEL;
  }
  return Status(code, StrCat("types and shapes contradict each other: ",
                             Printable(text)));
}

}  // namespace

void RestoreDims(const std::vector<WireTensor>& tensors,
                 onnx::ModelProto* model) {
  ForEachTensor(model->mutable_graph(), [&](onnx::TensorProto* tensor) {
    const TensorData* data = TensorOf(*tensor, tensors);
    if (data == nullptr) return;
    tensor->clear_dims();
    for (const int64_t dim : data->dims) tensor->add_dims(dim);
  });
}

Status InferTypes(onnx::ModelProto* model,
                  const std::vector<WireTensor>& tensors,
                  const NodeKinds& kinds, google::protobuf::Arena* arena,
                  ValueTypes* types) {
  const SafeSchemas schemas;
  if (InferAlike(*model, tensors, kinds, schemas, arena, types)) {
    return Status::Ok();
  }
  *types = ValueTypes();
  ForEachTensor(model->mutable_graph(), [&](onnx::TensorProto* tensor) {
    const TensorData* data = TensorOf(*tensor, tensors);
    if (data != nullptr && IsSmall(*data)) SetData(*data, tensor);
  });
  // No data propagation: for a vector of n elements it makes n objects.
  const onnx::ShapeInferenceOptions options(/*check_type=*/true,
                                            /*strict_mode=*/1,
                                            /*data_prop=*/false);
  std::unordered_map<std::string, int> opsets;
  for (const auto& import : model->opset_import()) {
    opsets[import.domain()] = static_cast<int>(import.version());
  }
  AddDefaults(model->mutable_graph(), opsets);
  try {
    onnx::shape_inference::InferShapes(*model, &schemas, options);
  } catch (const onnx::InferenceError& error) {
    return FromInferenceError(error.what());
  }
  return Status::Ok();
}

}  // namespace onnxifi::graph
