#include "graph/skeleton.h"

#include <charconv>
#include <utility>

#include "base/str_cat.h"
#include "graph/limits.h"

namespace onnxifi::graph {
namespace {

// What a field number of a message means to the walk.
enum class Role : uint8_t {
  kCopy,     // verbatim
  kCount,    // verbatim: a string that becomes an object
  kMessage,  // verbatim: an object that may hold many
  kNumbers,  // verbatim: packed or single numbers
  kLastVerbatim = kNumbers,
  kDrop,  // never looked at again: documentation, training, metadata
  kGraph,
  kNode,
  kAttribute,
  kFunction,
  kTensor,
  kSparse,
  kInitializer,
  kSparseInitializer,
};

enum class Message : uint8_t { kModel, kGraph, kNode, kAttribute, kFunction };

Role ModelRole(uint32_t number) {
  switch (number) {
    case 7:
      return Role::kGraph;
    case 8:
      return Role::kMessage;  // opset_import
    case 25:
      return Role::kFunction;
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return Role::kCopy;
    default:
      return Role::kDrop;
  }
}

Role GraphRole(uint32_t number) {
  switch (number) {
    case 1:
      return Role::kNode;
    case 2:
      return Role::kCopy;
    case 5:
      return Role::kInitializer;
    case 15:
      return Role::kSparseInitializer;
    case 11:
    case 12:
    case 13:
      return Role::kMessage;  // ValueInfoProtos
    default:
      return Role::kDrop;
  }
}

Role NodeRole(uint32_t number) {
  switch (number) {
    case 1:
    case 2:
      return Role::kCount;
    case 5:
      return Role::kAttribute;
    case 3:
    case 4:
    case 7:
    case 8:
      return Role::kCopy;
    default:
      return Role::kDrop;
  }
}

Role AttributeRole(uint32_t number) {
  switch (number) {
    case 5:
    case 10:
      return Role::kTensor;
    case 6:
    case 11:
      return Role::kGraph;
    case 22:
      return Role::kSparse;
    case 7:
    case 8:
      return Role::kNumbers;
    case 9:
      return Role::kCount;
    case 14:
    case 15:
      return Role::kMessage;  // TypeProtos
    case 13:
      return Role::kDrop;
    default:
      return Role::kCopy;
  }
}

Role FunctionRole(uint32_t number) {
  switch (number) {
    case 4:
    case 5:
    case 6:
      return Role::kCount;
    case 9:
    case 12:
      return Role::kMessage;
    case 7:
      return Role::kNode;
    case 11:
      return Role::kAttribute;
    case 1:
    case 10:
    case 13:
      return Role::kCopy;
    default:
      return Role::kDrop;
  }
}

Role RoleOf(Message message, uint32_t number) {
  switch (message) {
    case Message::kModel:
      return ModelRole(number);
    case Message::kGraph:
      return GraphRole(number);
    case Message::kNode:
      return NodeRole(number);
    case Message::kAttribute:
      return AttributeRole(number);
    case Message::kFunction:
      return FunctionRole(number);
  }
  return Role::kDrop;
}

constexpr uint32_t kInitializerField = 5;  // GraphProto
constexpr uint32_t kTensorField = 5;       // AttributeProto
constexpr uint32_t kSparseTensors = 23;    // AttributeProto

// AttributeProto's t, g and sparse_tensor.
bool IsSingleValue(uint32_t number) {
  return number == kTensorField || number == 6 || number == 22;
}

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// Rewrites one model. Lives for one call.
class Builder {
 public:
  explicit Builder(const TensorSource& source) : source_(source) {}

  Status Walk(Message message, Bytes bytes, std::string* out);

  Skeleton skeleton;

 private:
  Status Field(Role role, const WireField& field, std::string* out);
  Status Nested(Message message, const WireField& field, std::string* out);
  Status Tensor(const WireField& field, Role role, std::string* out);
  Status Count(int64_t fields);
  Status CountInside(Role role, size_t bytes);

  const TensorSource& source_;
  int64_t nodes_ = 0;
  int64_t functions_ = 0;
  int64_t fields_ = 0;
  int64_t numbers_ = 0;
  int graph_depth_ = 0;
  bool graph_seen_ = false;
};

Status Builder::Count(int64_t fields) {
  fields_ += fields;
  if (fields_ <= kMaxFields) return Status::Ok();
  return Invalid(
      StrCat("the model has more than ", kMaxFields, " fields; the limit"));
}

Status Builder::CountInside(Role role, size_t bytes) {
  // The smallest message inside a message takes two bytes.
  if (role == Role::kMessage) return Count(static_cast<int64_t>(bytes / 2));
  if (role != Role::kNumbers) return Status::Ok();
  numbers_ += static_cast<int64_t>(bytes);
  if (numbers_ <= kMaxNumbers) return Status::Ok();
  return Invalid(StrCat("the model's attributes have more than ", kMaxNumbers,
                        " bytes of numbers; the limit"));
}

Status Builder::Walk(Message message, Bytes bytes, std::string* out) {
  WireReader reader(bytes);
  WireField field;
  int single_values = 0;
  Bytes run;  // fields in a row that are to be copied
  const auto copy_run = [&] {
    *out += Text(run);
    run = {};
  };
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    ONNXIFI_RETURN_IF_ERROR(Count(1));
    // Protobuf would merge a second value into the first.
    if (message == Message::kAttribute && IsSingleValue(field.number) &&
        ++single_values > 1) {
      return Invalid("an attribute has two values");
    }
    if (message == Message::kAttribute && field.number == kSparseTensors) {
      return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                    "an attribute is a list of sparse tensors");
    }
    const Role role = RoleOf(message, field.number);
    if (role <= Role::kLastVerbatim) {
      ONNXIFI_RETURN_IF_ERROR(CountInside(role, field.bytes.size()));
      const std::byte* const begin =
          run.empty() ? field.whole.data() : run.data();
      run = Bytes(begin, field.whole.data() + field.whole.size());
    } else {
      copy_run();
      ONNXIFI_RETURN_IF_ERROR(Field(role, field, out));
    }
    if (out->size() + run.size() > kMaxSkeletonBytes) {
      return Invalid(StrCat("the model has more than ", kMaxSkeletonBytes,
                            " bytes beside tensor data; the limit"));
    }
  }
  copy_run();
  return Status::Ok();
}

Status Builder::Field(Role role, const WireField& field, std::string* out) {
  if (role == Role::kDrop) return Status::Ok();
  if (field.type != WireType::kBytes) {
    return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                  StrCat("field ", field.number,
                         " has a wire type that ONNX's schema does not allow"));
  }
  switch (role) {
    case Role::kGraph:
      return Nested(Message::kGraph, field, out);
    case Role::kNode:
      return Nested(Message::kNode, field, out);
    case Role::kAttribute:
      return Nested(Message::kAttribute, field, out);
    case Role::kFunction:
      return Nested(Message::kFunction, field, out);
    default:
      return Tensor(field, role, out);
  }
}

Status Builder::Nested(Message message, const WireField& field,
                       std::string* out) {
  if (message == Message::kNode && ++nodes_ > kMaxNodes) {
    return Invalid(
        StrCat("the model has more than ", kMaxNodes, " nodes; the limit"));
  }
  if (message == Message::kFunction && ++functions_ > kMaxFunctions) {
    return Invalid(StrCat("the model has more than ", kMaxFunctions,
                          " functions; the limit"));
  }
  const bool graph = message == Message::kGraph;
  if (graph && ++graph_depth_ > kMaxSubgraphDepth + 1) {
    return Invalid(StrCat("subgraphs are nested deeper than ",
                          kMaxSubgraphDepth, "; the limit"));
  }
  if (graph && graph_depth_ == 1 && functions_ == 0) {
    // Protobuf would merge a second graph into the first.
    if (graph_seen_) return Invalid("the model has two graphs");
    graph_seen_ = true;
  }
  const size_t begin = BeginBytesField(*out, field.number);
  ONNXIFI_RETURN_IF_ERROR(Walk(message, field.bytes, out));
  EndBytesField(*out, begin);
  if (graph) --graph_depth_;
  return Status::Ok();
}

Status Builder::Tensor(const WireField& field, Role role, std::string* out) {
  const bool sparse = role == Role::kSparse || role == Role::kSparseInitializer;
  ONNXIFI_ASSIGN_OR_RETURN(WireTensor tensor,
                           sparse ? ReadWireSparseTensor(field.bytes, source_)
                                  : ReadWireTensor(field.bytes, source_));
  uint32_t number = field.number;
  if (role == Role::kSparseInitializer) number = kInitializerField;
  if (role == Role::kSparse) number = kTensorField;
  const bool initializer =
      role == Role::kInitializer || role == Role::kSparseInitializer;
  if (initializer && graph_depth_ == 1) skeleton.has_initializers = true;
  const size_t begin = BeginBytesField(*out, number);
  AppendTensorMessage(*out, tensor, skeleton.tensors.size(), !initializer);
  EndBytesField(*out, begin);
  skeleton.tensors.push_back(std::move(tensor));
  return Status::Ok();
}

}  // namespace

std::optional<size_t> TensorIndex(std::string_view doc_string) {
  size_t index = 0;
  const char* end = doc_string.data() + doc_string.size();
  const auto [stop, error] = std::from_chars(doc_string.data(), end, index);
  if (doc_string.empty() || error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return index;
}

bool IsSmall(const TensorData& tensor) {
  int64_t elements = 1;
  for (const int64_t dim : tensor.dims) elements *= dim;  // checked when read
  return elements <= kInlineElements && tensor.type != DataType::kString;
}

void AppendTensorMessage(std::string& out, const WireTensor& tensor,
                         size_t index, bool with_data) {
  const TensorData& data = *tensor.data;
  const bool small = with_data && IsSmall(data);
  const Shape hidden = {0};
  for (const int64_t dim : small ? data.dims : hidden) {
    AppendVarintField(out, 1, static_cast<uint64_t>(dim));
  }
  AppendVarintField(out, 2, static_cast<uint64_t>(data.type));
  AppendBytesField(out, 8, tensor.name);
  if (small && data.bytes > 0) {
    AppendBytesField(out, 9, {static_cast<const char*>(data.data), data.bytes});
  }
  AppendBytesField(out, 12, std::to_string(index));
}

Result<Skeleton> MakeSkeleton(Bytes model, const TensorSource& source) {
  if (model.size() > kMaxModelBytes) {
    return Status(
        ONNXIFI_STATUS_INVALID_PROTOBUF,
        StrCat("the model has ", model.size(), " bytes, protobuf's limit is ",
               kMaxModelBytes, "; keep large weights as external data"));
  }
  Builder builder(source);
  std::string out;
  ONNXIFI_RETURN_IF_ERROR(builder.Walk(Message::kModel, model, &out));
  builder.skeleton.model = std::move(out);
  return std::move(builder.skeleton);
}

}  // namespace onnxifi::graph
