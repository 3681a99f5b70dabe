#include "graph/infer_types.h"

#include <onnx/shape_inference/implementation.h>

#include <string>
#include <string_view>

#include "base/str_cat.h"
#include "graph/skeleton.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

class DimsRestorer {
 public:
  explicit DimsRestorer(const std::vector<WireTensor>& tensors)
      : tensors_(tensors) {}

  void Graph(onnx::GraphProto* graph) const {
    for (auto& tensor : *graph->mutable_initializer()) Tensor(&tensor);
    for (auto& node : *graph->mutable_node()) Node(&node);
  }
  void Node(onnx::NodeProto* node) const {
    for (auto& attribute : *node->mutable_attribute()) {
      if (attribute.has_t()) Tensor(attribute.mutable_t());
      for (auto& tensor : *attribute.mutable_tensors()) Tensor(&tensor);
      if (attribute.has_g()) Graph(attribute.mutable_g());
      for (auto& body : *attribute.mutable_graphs()) Graph(&body);
    }
  }

 private:
  void Tensor(onnx::TensorProto* tensor) const {
    const auto index = TensorIndex(tensor->doc_string());
    if (!index.has_value() || *index >= tensors_.size()) return;
    tensor->clear_dims();
    for (const int64_t dim : tensors_[*index].data->dims) {
      tensor->add_dims(dim);
    }
  }

  const std::vector<WireTensor>& tensors_;
};

// ONNX's inference reports by text. Its own words tell which rule broke.
Status FromInferenceError(std::string_view text) {
  const auto has = [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  onnxStatus code = ONNXIFI_STATUS_MISMATCHING_SHAPE;
  if (has("[TypeInferenceError]")) {
    code = ONNXIFI_STATUS_MISMATCHING_DATATYPE;
  } else if (has("ttribute")) {
    code = ONNXIFI_STATUS_INVALID_MODEL;
  }
  return Status(code, StrCat("types and shapes contradict each other: ",
                             Printable(text)));
}

}  // namespace

void RestoreDims(const std::vector<WireTensor>& tensors,
                 onnx::ModelProto* model) {
  DimsRestorer(tensors).Graph(model->mutable_graph());
}

Status InferTypes(onnx::ModelProto* model) {
  // No data propagation: for a vector of n elements it makes n objects.
  const onnx::ShapeInferenceOptions options(/*check_type=*/true,
                                            /*strict_mode=*/1,
                                            /*data_prop=*/false);
  try {
    onnx::shape_inference::InferShapes(
        *model, onnx::OpSchemaRegistry::Instance(), options);
  } catch (const onnx::InferenceError& error) {
    return FromInferenceError(error.what());
  }
  return Status::Ok();
}

}  // namespace onnxifi::graph
