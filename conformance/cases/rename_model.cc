#include "conformance/cases/rename_model.h"

#include <functional>

#include "base/str_cat.h"
#include "conformance/cases/wire_message.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using namespace onnx_field;

constexpr int kMaxDepth = 32;

class Renamer {
 public:
  explicit Renamer(uint64_t seed) : seed_(seed) {}

  Result<std::string> Model(std::string_view bytes) {
    return Edit(bytes, [&](WireMessage::Field& field) -> Status {
      switch (field.number) {
        case kModelGraph:
          return Replace(&field, &Renamer::Graph);
        case kModelFunction:
          return Replace(&field, &Renamer::Function);
        case kModelProducer:
          field.bytes = Name("producer");
          return Status::Ok();
        default:
          return Status::Ok();
      }
    });
  }

 private:
  using Method = Result<std::string> (Renamer::*)(std::string_view);

  // "" stands for an omitted value and stays.
  std::string Name(std::string_view name) const {
    if (name.empty()) return "";
    const uint64_t hash = NameHash(StrCat(seed_, "/", name));
    constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
    std::string text = "n";
    for (int i = 0; i < 12; ++i) text += kDigits[(hash >> (4 * i)) & 31];
    return text;
  }

  Result<std::string> Edit(
      std::string_view bytes,
      const std::function<Status(WireMessage::Field&)>& edit) {
    ONNXIFI_ASSIGN_OR_RETURN(WireMessage message, WireMessage::Parse(bytes));
    for (WireMessage::Field& field : message.fields) {
      ONNXIFI_RETURN_IF_ERROR(edit(field));
    }
    return message.Serialize();
  }

  Status Replace(WireMessage::Field* field, Method method) {
    ONNXIFI_ASSIGN_OR_RETURN(field->bytes, (this->*method)(field->bytes));
    return Status::Ok();
  }

  // A message with a name in one of its fields.
  Result<std::string> Named(std::string_view bytes, uint32_t number) {
    return Edit(bytes, [&](WireMessage::Field& field) {
      if (field.number == number) field.bytes = Name(field.bytes);
      return Status::Ok();
    });
  }
  Result<std::string> Value(std::string_view bytes) {
    return Named(bytes, kValueName);
  }
  Result<std::string> Tensor(std::string_view bytes) {
    return Named(bytes, kTensorName);
  }
  Result<std::string> Quantization(std::string_view bytes) {
    return Named(bytes, 1);
  }
  Result<std::string> Sparse(std::string_view bytes) {
    return Edit(bytes, [&](WireMessage::Field& field) {
      return field.number == kSparseValues ? Replace(&field, &Renamer::Tensor)
                                           : Status::Ok();
    });
  }

  Result<std::string> Graph(std::string_view bytes) {
    if (++depth_ > kMaxDepth) {
      return Status(ONNXIFI_STATUS_INVALID_MODEL, "bodies are nested too deep");
    }
    Result<std::string> graph =
        Edit(bytes, [&](WireMessage::Field& field) -> Status {
          switch (field.number) {
            case kGraphNode:
              return Replace(&field, &Renamer::Node);
            case kGraphName:
              field.bytes = Name(field.bytes);
              return Status::Ok();
            case kGraphInitializer:
              return Replace(&field, &Renamer::Tensor);
            case kGraphInput:
            case kGraphOutput:
            case kGraphValueInfo:
              return Replace(&field, &Renamer::Value);
            case kGraphQuantization:
              return Replace(&field, &Renamer::Quantization);
            case kGraphSparse:
              return Replace(&field, &Renamer::Sparse);
            default:
              return Status::Ok();
          }
        });
    --depth_;
    return graph;
  }

  Result<std::string> Node(std::string_view bytes) {
    return Edit(bytes, [&](WireMessage::Field& field) {
      if (field.number == kNodeInput || field.number == kNodeOutput ||
          field.number == kNodeName) {
        field.bytes = Name(field.bytes);
      }
      return field.number == kNodeAttribute
                 ? Replace(&field, &Renamer::Attribute)
                 : Status::Ok();
    });
  }

  Result<std::string> Attribute(std::string_view bytes) {
    return Edit(bytes, [&](WireMessage::Field& field) {
      return field.number == kAttributeGraph || field.number == kAttributeGraphs
                 ? Replace(&field, &Renamer::Graph)
                 : Status::Ok();
    });
  }

  Result<std::string> Function(std::string_view bytes) {
    return Edit(bytes, [&](WireMessage::Field& field) -> Status {
      switch (field.number) {
        case kFunctionInput:
        case kFunctionOutput:
          field.bytes = Name(field.bytes);
          return Status::Ok();
        case kFunctionNode:
          return Replace(&field, &Renamer::Node);
        case kFunctionValueInfo:
          return Replace(&field, &Renamer::Value);
        default:
          return Status::Ok();
      }
    });
  }

  uint64_t seed_;
  int depth_ = 0;
};

}  // namespace

Result<std::string> RenameModel(std::string_view model, uint64_t seed) {
  return Renamer(seed).Model(model);
}

}  // namespace onnxifi::conformance
