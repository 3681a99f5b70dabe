#include "graph/annotate.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <string_view>

#include "base/str_cat.h"
#include "graph/limits.h"

namespace onnxifi::graph {
namespace {

// Field numbers of ModelProto, GraphProto, NodeProto and StringStringEntryProto.
constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kModelProperties = 14;
constexpr uint32_t kGraphNode = 1;
constexpr uint32_t kNodeProperties = 9;
constexpr uint32_t kEntryKey = 1;
constexpr uint32_t kEntryValue = 2;

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// Passes bytes on, or only counts them when there is no sink. Bytes that follow
// each other in the model are passed on together.
class Output {
 public:
  explicit Output(const ByteSink* sink) : sink_(sink) {}

  Status Copy(Bytes bytes) {
    if (!run_.empty() && run_.data() + run_.size() == bytes.data()) {
      run_ = Bytes(run_.data(), run_.size() + bytes.size());
      return Status::Ok();
    }
    ONNXIFI_RETURN_IF_ERROR(Flush());
    run_ = bytes;
    return Status::Ok();
  }
  Status Add(const std::string& made) {
    ONNXIFI_RETURN_IF_ERROR(Flush());
    return Pass(AsBytes(made));
  }
  Status Flush() {
    const Bytes run = run_;
    run_ = {};
    return run.empty() ? Status::Ok() : Pass(run);
  }
  size_t size() const { return size_; }

 private:
  Status Pass(Bytes bytes) {
    size_ += bytes.size();
    return sink_ == nullptr ? Status::Ok() : (*sink_)(bytes);
  }

  const ByteSink* const sink_;
  Bytes run_;
  size_t size_ = 0;
};

// Writes a model, first to count and then in earnest.
class Writer {
 public:
  explicit Writer(const Annotations& annotations) : annotations_(annotations) {}

  Status Model(Bytes model, Output* out) const;

 private:
  Status Graph(Bytes graph, Output* out) const;
  Status Node(Bytes node, const std::vector<Property>& properties,
              Output* out) const;
  Result<bool> IsOurs(const WireField& field) const;
  static Status Append(uint32_t number, const std::vector<Property>& properties,
                       Output* out);
  // A message field whose content `write` makes.
  template <typename Write>
  Status Message(uint32_t number, const Write& write, Output* out) const;

  const Annotations& annotations_;
};

// An entry that an earlier annotation has left.
Result<bool> Writer::IsOurs(const WireField& field) const {
  if (field.type != WireType::kBytes) return false;
  WireReader reader(field.bytes);
  WireField entry;
  bool ours = false;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&entry));
    if (entry.number == kEntryKey && entry.type == WireType::kBytes) {
      ours = Text(entry.bytes).starts_with(annotations_.prefix);
    }
  }
  return ours;
}

Status Writer::Append(uint32_t number, const std::vector<Property>& properties,
                      Output* out) {
  std::string made;
  for (const Property& property : properties) {
    std::string entry;
    AppendBytesField(entry, kEntryKey, property.key);
    AppendBytesField(entry, kEntryValue, property.value);
    AppendBytesField(made, number, entry);
  }
  return made.empty() ? Status::Ok() : out->Add(made);
}

template <typename Write>
Status Writer::Message(uint32_t number, const Write& write, Output* out) const {
  Output counter(nullptr);
  ONNXIFI_RETURN_IF_ERROR(write(&counter));
  ONNXIFI_RETURN_IF_ERROR(counter.Flush());
  std::string head;
  AppendVarint(head, (uint64_t{number} << 3) | 2);
  AppendVarint(head, counter.size());
  ONNXIFI_RETURN_IF_ERROR(out->Add(head));
  return write(out);
}

Status Writer::Node(Bytes node, const std::vector<Property>& properties,
                    Output* out) const {
  WireReader reader(node);
  WireField field;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.number == kNodeProperties) {
      ONNXIFI_ASSIGN_OR_RETURN(const bool ours, IsOurs(field));
      if (ours) continue;
    }
    ONNXIFI_RETURN_IF_ERROR(out->Copy(field.whole));
  }
  return Append(kNodeProperties, properties, out);
}

Status Writer::Graph(Bytes graph, Output* out) const {
  WireReader reader(graph);
  WireField field;
  size_t next = 0;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.number != kGraphNode || field.type != WireType::kBytes) {
      ONNXIFI_RETURN_IF_ERROR(out->Copy(field.whole));
      continue;
    }
    if (next == annotations_.nodes.size()) {
      return Invalid(StrCat("the model has more than the ", next,
                            " nodes that there are annotations for"));
    }
    const std::vector<Property>& properties = annotations_.nodes[next++];
    ONNXIFI_RETURN_IF_ERROR(Message(
        kGraphNode,
        [&](Output* to) { return Node(field.bytes, properties, to); }, out));
  }
  if (next == annotations_.nodes.size()) return Status::Ok();
  return Invalid(StrCat("the model has ", next, " nodes, the annotations are ",
                        "for ", annotations_.nodes.size()));
}

Status Writer::Model(Bytes model, Output* out) const {
  WireReader reader(model);
  WireField field;
  int graphs = 0;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.number == kModelProperties) {
      ONNXIFI_ASSIGN_OR_RETURN(const bool ours, IsOurs(field));
      if (ours) continue;
    }
    if (field.number != kModelGraph || field.type != WireType::kBytes) {
      ONNXIFI_RETURN_IF_ERROR(out->Copy(field.whole));
      continue;
    }
    ++graphs;
    ONNXIFI_RETURN_IF_ERROR(Message(
        kModelGraph, [&](Output* to) { return Graph(field.bytes, to); }, out));
  }
  if (graphs != 1) {
    return Invalid(StrCat("the model holds ", graphs, " graphs, not one"));
  }
  ONNXIFI_RETURN_IF_ERROR(Append(kModelProperties, annotations_.model, out));
  return out->Flush();
}

// What a message may hold that leads to a tensor.
enum class Kind : uint8_t {
  kNone,
  kModel,
  kGraph,
  kNode,
  kAttribute,
  kFunction,
  kSparse,
  kTensor,
};

struct Step {
  Kind from;
  uint32_t number;
  Kind to;
};

constexpr Step kSteps[] = {
    {Kind::kModel, 7, Kind::kGraph},
    {Kind::kModel, 25, Kind::kFunction},
    {Kind::kGraph, kGraphNode, Kind::kNode},
    {Kind::kGraph, 5, Kind::kTensor},
    {Kind::kGraph, 15, Kind::kSparse},
    {Kind::kFunction, 7, Kind::kNode},
    {Kind::kFunction, 11, Kind::kAttribute},
    {Kind::kNode, 5, Kind::kAttribute},
    {Kind::kAttribute, 5, Kind::kTensor},
    {Kind::kAttribute, 10, Kind::kTensor},
    {Kind::kAttribute, 6, Kind::kGraph},
    {Kind::kAttribute, 11, Kind::kGraph},
    {Kind::kAttribute, 22, Kind::kSparse},
    {Kind::kAttribute, 23, Kind::kSparse},
    {Kind::kSparse, 1, Kind::kTensor},
    {Kind::kSparse, 2, Kind::kTensor},
};

Kind NextKind(Kind from, uint32_t number) {
  for (const Step& step : kSteps) {
    if (step.from == from && step.number == number) return step.to;
  }
  return Kind::kNone;
}

// TensorProto.external_data.
constexpr uint32_t kTensorExternal = 13;

class ExternalFinder {
 public:
  Status Walk(Kind kind, Bytes bytes, int depth) {
    if (depth > kMaxMessageDepth) {
      return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                    StrCat("messages are nested deeper than ", kMaxMessageDepth,
                           "; the limit"));
    }
    WireReader reader(bytes);
    WireField field;
    while (!reader.done()) {
      ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
      if (field.type != WireType::kBytes) continue;
      if (kind == Kind::kTensor) {
        if (field.number != kTensorExternal) continue;
        ONNXIFI_RETURN_IF_ERROR(Entry(field.bytes));
        continue;
      }
      const Kind next = NextKind(kind, field.number);
      if (next == Kind::kNone) continue;
      ONNXIFI_RETURN_IF_ERROR(Walk(next, field.bytes, depth + 1));
    }
    return Status::Ok();
  }

  std::set<std::string, std::less<>> files;

 private:
  Status Entry(Bytes bytes) {
    WireReader reader(bytes);
    WireField field;
    std::string_view key;
    std::string_view value;
    while (!reader.done()) {
      ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
      if (field.type != WireType::kBytes) continue;
      if (field.number == kEntryKey) key = Text(field.bytes);
      if (field.number == kEntryValue) value = Text(field.bytes);
    }
    if (key == "location") files.emplace(value);
    return Status::Ok();
  }
};

}  // namespace

Status WriteAnnotated(Bytes model, const Annotations& annotations,
                      const ByteSink& sink) {
  Output counter(nullptr);
  ONNXIFI_RETURN_IF_ERROR(Writer(annotations).Model(model, &counter));
  if (counter.size() > kMaxModelBytes) {
    return Status(
        ONNXIFI_STATUS_INVALID_PROTOBUF,
        StrCat("with the annotations the model takes ", counter.size(),
               " bytes, protobuf's limit is ", kMaxModelBytes,
               "; keep large weights as external data"));
  }
  Output out(&sink);
  return Writer(annotations).Model(model, &out);
}

Result<std::vector<std::string>> ExternalFiles(Bytes model) {
  ExternalFinder finder;
  ONNXIFI_RETURN_IF_ERROR(finder.Walk(Kind::kModel, model, 0));
  return std::vector<std::string>(finder.files.begin(), finder.files.end());
}

}  // namespace onnxifi::graph
