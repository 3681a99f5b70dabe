#ifndef ONNXIFI_CONFORMANCE_CASES_WIRE_MESSAGE_H_
#define ONNXIFI_CONFORMANCE_CASES_WIRE_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/wire_reader.h"

namespace onnxifi::conformance {

// A protobuf message whose fields can be changed without knowing all of them:
// by which valid models are made into others. Plain data.
struct WireMessage {
  struct Field {
    uint32_t number = 0;
    graph::WireType type = graph::WireType::kVarint;
    uint64_t value = 0;  // numbers
    std::string bytes;   // texts and messages
  };
  std::vector<Field> fields;

  static Result<WireMessage> Parse(std::string_view bytes);
  std::string Serialize() const;

  // The last field of this number; NULL when there is none.
  const Field* Find(uint32_t number) const;
  std::string_view Text(uint32_t number) const;
  uint64_t Number(uint32_t number) const;
  // Replaces all fields of this number by one.
  void SetText(uint32_t number, std::string_view text);
  void SetNumber(uint32_t number, uint64_t value);
  void Add(uint32_t number, std::string_view text);
  void Remove(uint32_t number);
};

// Numbers of the fields of onnx.proto.
namespace onnx_field {
inline constexpr uint32_t kModelIrVersion = 1;
inline constexpr uint32_t kModelProducer = 2;
inline constexpr uint32_t kModelGraph = 7;
inline constexpr uint32_t kModelOpset = 8;
inline constexpr uint32_t kModelFunction = 25;
inline constexpr uint32_t kOpsetDomain = 1;
inline constexpr uint32_t kOpsetVersion = 2;
inline constexpr uint32_t kGraphNode = 1;
inline constexpr uint32_t kGraphName = 2;
inline constexpr uint32_t kGraphInitializer = 5;
inline constexpr uint32_t kGraphInput = 11;
inline constexpr uint32_t kGraphOutput = 12;
inline constexpr uint32_t kGraphValueInfo = 13;
inline constexpr uint32_t kGraphQuantization = 14;
inline constexpr uint32_t kGraphSparse = 15;
inline constexpr uint32_t kNodeInput = 1;
inline constexpr uint32_t kNodeOutput = 2;
inline constexpr uint32_t kNodeName = 3;
inline constexpr uint32_t kNodeOp = 4;
inline constexpr uint32_t kNodeAttribute = 5;
inline constexpr uint32_t kNodeDomain = 7;
inline constexpr uint32_t kAttributeName = 1;
inline constexpr uint32_t kAttributeInt = 3;
inline constexpr uint32_t kAttributeTensor = 5;
inline constexpr uint32_t kAttributeGraph = 6;
inline constexpr uint32_t kAttributeInts = 8;
inline constexpr uint32_t kAttributeGraphs = 11;
inline constexpr uint32_t kFunctionName = 1;
inline constexpr uint32_t kFunctionInput = 4;
inline constexpr uint32_t kFunctionOutput = 5;
inline constexpr uint32_t kFunctionNode = 7;
inline constexpr uint32_t kFunctionDomain = 10;
inline constexpr uint32_t kFunctionValueInfo = 12;
inline constexpr uint32_t kValueName = 1;
inline constexpr uint32_t kValueType = 2;
inline constexpr uint32_t kTensorDims = 1;
inline constexpr uint32_t kTensorType = 2;
inline constexpr uint32_t kTensorName = 8;
inline constexpr uint32_t kTypeTensor = 1;
inline constexpr uint32_t kTypeElemType = 1;
inline constexpr uint32_t kTypeShape = 2;
inline constexpr uint32_t kSparseValues = 1;
inline constexpr uint32_t kSparseIndices = 2;
}  // namespace onnx_field

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_WIRE_MESSAGE_H_
