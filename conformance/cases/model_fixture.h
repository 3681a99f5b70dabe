#ifndef ONNXIFI_CONFORMANCE_CASES_MODEL_FIXTURE_H_
#define ONNXIFI_CONFORMANCE_CASES_MODEL_FIXTURE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/cases/wire_message.h"

// Small models, message by message, for the unit tests of what reads them.
namespace onnxifi::conformance {

inline std::string MakeValue(std::string_view name, int32_t type,
                             const std::vector<int64_t>& dims) {
  WireMessage shape;
  for (const int64_t dim : dims) {
    WireMessage entry;  // dim_value, or dim_param for -1
    if (dim >= 0) entry.SetNumber(1, static_cast<uint64_t>(dim));
    if (dim < 0) entry.Add(2, "n");
    shape.Add(1, entry.Serialize());
  }
  WireMessage tensor;
  tensor.SetNumber(onnx_field::kTypeElemType, static_cast<uint64_t>(type));
  tensor.Add(onnx_field::kTypeShape, shape.Serialize());
  WireMessage kind;
  kind.Add(onnx_field::kTypeTensor, tensor.Serialize());
  WireMessage value;
  value.Add(onnx_field::kValueName, name);
  value.Add(onnx_field::kValueType, kind.Serialize());
  return value.Serialize();
}

inline WireMessage MakeNode(std::string_view op,
                            const std::vector<std::string>& inputs,
                            const std::vector<std::string>& outputs,
                            std::string_view domain = "") {
  WireMessage node;
  for (const std::string& input : inputs) {
    node.Add(onnx_field::kNodeInput, input);
  }
  for (const std::string& output : outputs) {
    node.Add(onnx_field::kNodeOutput, output);
  }
  node.Add(onnx_field::kNodeName, std::string(op) + "_node");
  node.Add(onnx_field::kNodeOp, op);
  if (!domain.empty()) node.Add(onnx_field::kNodeDomain, domain);
  return node;
}

inline std::string MakeModel(const WireMessage& graph,
                             std::string_view domain = "",
                             uint64_t version = 13) {
  WireMessage opset;
  opset.Add(onnx_field::kOpsetDomain, domain);
  opset.SetNumber(onnx_field::kOpsetVersion, version);
  WireMessage model;
  model.SetNumber(onnx_field::kModelIrVersion, 8);
  model.Add(onnx_field::kModelProducer, "somebody");
  model.Add(onnx_field::kModelGraph, graph.Serialize());
  model.Add(onnx_field::kModelOpset, opset.Serialize());
  return model.Serialize();
}

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_MODEL_FIXTURE_H_
