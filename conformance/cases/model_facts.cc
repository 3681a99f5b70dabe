#include "conformance/cases/model_facts.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/str_cat.h"
#include "client/model_info.h"
#include "conformance/cases/wire_message.h"

namespace onnxifi::conformance {
namespace {

using client::ValueInfo;
using graph::DataType;
using namespace onnx_field;

constexpr int kMaxDepth = 32;
constexpr const char* kDefaultDomain = "ai.onnx";

template <typename Fn>
Status ForEachField(std::span<const std::byte> bytes, const Fn& fn) {
  graph::WireReader reader(bytes);
  while (!reader.done()) {
    graph::WireField field;
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    ONNXIFI_RETURN_IF_ERROR(fn(field));
  }
  return Status::Ok();
}

std::string Qualified(std::string_view domain, std::string_view op) {
  if (domain.empty() || domain == kDefaultDomain) return std::string(op);
  return StrCat(domain, ":", op);
}

class Reader {
 public:
  explicit Reader(ModelFacts* facts) : facts_(facts) {}

  Status Model(graph::Bytes bytes) {
    return ForEachField(bytes, [&](const graph::WireField& field) -> Status {
      switch (field.number) {
        case kModelIrVersion:
          facts_->ir_version = static_cast<int64_t>(field.value);
          return Status::Ok();
        case kModelGraph:
          return Graph(field.bytes, 0);
        case kModelOpset:
          return Opset(field.bytes);
        case kModelFunction:
          return Function(field.bytes);
        default:
          return Status::Ok();
      }
    });
  }
  // Calls of functions are known when all of the model has been read.
  void RemoveFunctions() {
    for (const std::string& name : functions_) facts_->operators.erase(name);
  }

 private:
  Status Opset(graph::Bytes bytes) {
    std::string domain;
    uint64_t version = 0;
    ONNXIFI_RETURN_IF_ERROR(
        ForEachField(bytes, [&](const graph::WireField& field) {
          if (field.number == kOpsetDomain) domain = graph::Text(field.bytes);
          if (field.number == kOpsetVersion) version = field.value;
          return Status::Ok();
        }));
    facts_->opsets[domain.empty() ? kDefaultDomain : domain] =
        static_cast<int64_t>(version);
    return Status::Ok();
  }

  Status Function(graph::Bytes bytes) {
    std::string name;
    std::string domain;
    ONNXIFI_RETURN_IF_ERROR(
        ForEachField(bytes, [&](const graph::WireField& field) {
          if (field.number == kFunctionName) name = graph::Text(field.bytes);
          if (field.number == kFunctionDomain) {
            domain = graph::Text(field.bytes);
          }
          return field.number == kFunctionNode ? Node(field.bytes, 0)
                                               : Status::Ok();
        }));
    functions_.push_back(Qualified(domain, name));
    return Status::Ok();
  }

  Status Graph(graph::Bytes bytes, int depth) {
    if (depth > kMaxDepth) {
      return Status(ONNXIFI_STATUS_INVALID_MODEL, "bodies are nested too deep");
    }
    return ForEachField(bytes, [&](const graph::WireField& field) {
      if (field.number == kGraphNode) return Node(field.bytes, depth);
      return field.number == kGraphInitializer ? Tensor(field.bytes)
                                               : Status::Ok();
    });
  }

  Status Tensor(graph::Bytes bytes) {
    return ForEachField(bytes, [&](const graph::WireField& field) {
      if (field.number == kTensorType) AddType(field.value);
      return Status::Ok();
    });
  }

  Status Node(graph::Bytes bytes, int depth) {
    std::string op;
    std::string domain;
    ONNXIFI_RETURN_IF_ERROR(
        ForEachField(bytes, [&](const graph::WireField& field) {
          if (field.number == kNodeOp) op = graph::Text(field.bytes);
          if (field.number == kNodeDomain) domain = graph::Text(field.bytes);
          return field.number == kNodeAttribute ? Attribute(field.bytes, depth)
                                                : Status::Ok();
        }));
    facts_->operators.insert(Qualified(domain, op));
    return Status::Ok();
  }

  Status Attribute(graph::Bytes bytes, int depth) {
    std::string name;
    uint64_t number = 0;
    ONNXIFI_RETURN_IF_ERROR(
        ForEachField(bytes, [&](const graph::WireField& field) -> Status {
          switch (field.number) {
            case kAttributeName:
              name = graph::Text(field.bytes);
              return Status::Ok();
            case kAttributeInt:
              number = field.value;
              return Status::Ok();
            case kAttributeTensor:
              return Tensor(field.bytes);
            case kAttributeGraph:
            case kAttributeGraphs:
              return Graph(field.bytes, depth + 1);
            default:
              return Status::Ok();
          }
        }));
    // Cast and the makers of tensors name a type by number.
    if (name == "to" || name == "dtype" || name == "output_dtype") {
      AddType(number);
    }
    return Status::Ok();
  }

  void AddType(uint64_t type) {
    if (type < 1000) facts_->types.insert(static_cast<int32_t>(type));
  }

  ModelFacts* facts_;
  std::vector<std::string> functions_;
};

void AddValue(const ValueInfo& value, ModelFacts* facts) {
  facts->types.insert(static_cast<int32_t>(value.type));
  for (const ValueInfo& element : value.elements) AddValue(element, facts);
}

bool Starts(const std::string& text, std::string_view prefix) {
  return text.rfind(prefix, 0) == 0;
}

bool IsQuantised(const ModelFacts& facts) {
  for (const std::string& op : facts.operators) {
    if (Starts(op, "QLinear") || Starts(op, "Quantize") ||
        Starts(op, "Dequantize") || Starts(op, "DynamicQuantize") ||
        op == "ConvInteger" || op == "MatMulInteger") {
      return true;
    }
  }
  // Types from the first float8 on are all of the quantised kind.
  return std::any_of(facts.types.begin(), facts.types.end(), [](int32_t type) {
    return type >= static_cast<int32_t>(DataType::kFloat8E4M3FN);
  });
}

}  // namespace

Result<ModelFacts> ReadModelFacts(std::span<const std::byte> model) {
  ModelFacts facts;
  Reader reader(&facts);
  ONNXIFI_RETURN_IF_ERROR(reader.Model(model));
  reader.RemoveFunctions();
  ONNXIFI_ASSIGN_OR_RETURN(const client::ModelInfo info,
                           client::ReadModelInfo(model));
  for (const auto* values : {&info.inputs, &info.outputs}) {
    for (const ValueInfo& value : *values) {
      AddValue(value, &facts);
      if (value.kind == ValueInfo::Kind::kTensor && !value.has_fixed_shape()) {
        facts.open_shape = true;
      }
    }
  }
  return facts;
}

Profile ProfileOf(const ModelFacts& facts) {
  const auto has = [&](DataType type) {
    return facts.types.count(static_cast<int32_t>(type)) != 0;
  };
  if (has(DataType::kFloat16) || has(DataType::kBfloat16)) {
    return Profile::kFp16;
  }
  if (IsQuantised(facts)) return Profile::kQuantised;
  return facts.open_shape ? Profile::kDynamic : Profile::kCore;
}

bool Claims(const VendorProfile& profile, const ModelFacts& facts) {
  return std::all_of(facts.operators.begin(), facts.operators.end(),
                     [&](const std::string& op) {
                       return profile.ClaimsOperator(op);
                     }) &&
         std::all_of(facts.types.begin(), facts.types.end(), [&](int32_t type) {
           return profile.ClaimsType(
               graph::DataTypeName(static_cast<graph::DataType>(type)));
         });
}

bool CoversOpsets(const std::string& reported, const ModelFacts& facts) {
  std::map<std::string, int64_t> known;
  size_t at = 0;
  while (at < reported.size()) {
    const size_t end = std::min(reported.find(' ', at), reported.size());
    const std::string_view pair =
        std::string_view(reported).substr(at, end - at);
    const size_t colon = pair.rfind(':');
    int64_t version = 0;
    if (colon != std::string_view::npos) {
      const std::string_view text = pair.substr(colon + 1);
      std::from_chars(text.data(), text.data() + text.size(), version);
      known[std::string(pair.substr(0, colon))] = version;
    }
    at = end + 1;
  }
  return std::all_of(
      facts.opsets.begin(), facts.opsets.end(), [&](const auto& opset) {
        const auto found = known.find(opset.first);
        return found != known.end() && found->second >= opset.second;
      });
}

}  // namespace onnxifi::conformance
