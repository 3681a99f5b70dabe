#include "conformance/ops/mutate_model.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "base/str_cat.h"
#include "conformance/cases/wire_message.h"

namespace onnxifi::conformance {
namespace {

using namespace onnx_field;
using Random = std::mt19937_64;
using Made = std::optional<std::string>;
using Field = WireMessage::Field;

// Indices of the fields of this number.
std::vector<size_t> Places(const WireMessage& message, uint32_t number) {
  std::vector<size_t> places;
  for (size_t i = 0; i < message.fields.size(); ++i) {
    if (message.fields[i].number == number) places.push_back(i);
  }
  return places;
}

// One of them; nothing when there is none.
Field* Choose(WireMessage& message, uint32_t number, Random& random) {
  const std::vector<size_t> places = Places(message, number);
  if (places.empty()) return nullptr;
  return &message.fields[places[random() % places.size()]];
}

using Edit = std::function<bool(WireMessage&)>;

bool EditField(Field* field, const Edit& edit) {
  if (field == nullptr) return false;
  Result<WireMessage> message = WireMessage::Parse(field->bytes);
  if (!message.ok() || !edit(*message)) return false;
  field->bytes = message->Serialize();
  return true;
}

// Changes the model; `edit` returns false when it cannot.
Made EditModel(std::string_view bytes, const Edit& edit) {
  Result<WireMessage> model = WireMessage::Parse(bytes);
  if (!model.ok() || !edit(*model)) return std::nullopt;
  return model->Serialize();
}

Made EditGraph(std::string_view bytes, Random& random, const Edit& edit) {
  return EditModel(bytes, [&](WireMessage& model) {
    return EditField(Choose(model, kModelGraph, random), edit);
  });
}

// Changes one part of the graph: a node, an input, ...
Made EditPart(std::string_view bytes, uint32_t number, Random& random,
              const Edit& edit) {
  return EditGraph(bytes, random, [&](WireMessage& graph) {
    return EditField(Choose(graph, number, random), edit);
  });
}

bool RemoveOne(WireMessage& message, uint32_t number, Random& random) {
  const std::vector<size_t> places = Places(message, number);
  if (places.empty()) return false;
  message.fields.erase(
      message.fields.begin() +
      static_cast<std::ptrdiff_t>(places[random() % places.size()]));
  return true;
}

bool RepeatOne(WireMessage& message, uint32_t number, Random& random) {
  const Field* field = Choose(message, number, random);
  if (field == nullptr) return false;
  message.fields.push_back(Field(*field));
  return true;
}

Made RemoveNode(std::string_view model, Random& random) {
  return EditGraph(model, random, [&](WireMessage& graph) {
    return RemoveOne(graph, kGraphNode, random);
  });
}

Made RepeatNode(std::string_view model, Random& random) {
  return EditGraph(model, random, [&](WireMessage& graph) {
    return RepeatOne(graph, kGraphNode, random);
  });
}

// An input that a node of the graph reads: what nobody reads may be missing.
std::optional<size_t> ReadInput(const WireMessage& graph, Random& random) {
  std::vector<size_t> read;
  for (const size_t place : Places(graph, kGraphInput)) {
    const Result<WireMessage> value =
        WireMessage::Parse(graph.fields[place].bytes);
    for (const size_t at : Places(graph, kGraphNode)) {
      const Result<WireMessage> node =
          WireMessage::Parse(graph.fields[at].bytes);
      if (!value.ok() || !node.ok()) return std::nullopt;
      const bool reads = std::any_of(
          node->fields.begin(), node->fields.end(), [&](const Field& field) {
            return field.number == kNodeInput &&
                   field.bytes == value->Text(kValueName);
          });
      if (reads) {
        read.push_back(place);
        break;
      }
    }
  }
  if (read.empty()) return std::nullopt;
  return read[random() % read.size()];
}

bool HasInitializers(const WireMessage& graph) {
  return graph.Find(kGraphInitializer) != nullptr ||
         graph.Find(kGraphSparse) != nullptr;
}

Made RemoveInput(std::string_view model, Random& random) {
  return EditGraph(model, random, [&](WireMessage& graph) {
    const std::optional<size_t> place = ReadInput(graph, random);
    // An initializer need not be an input.
    if (!place.has_value() || HasInitializers(graph)) return false;
    graph.fields.erase(graph.fields.begin() +
                       static_cast<std::ptrdiff_t>(*place));
    return true;
  });
}

Made RepeatInput(std::string_view model, Random& random) {
  return EditGraph(model, random, [&](WireMessage& graph) {
    return RepeatOne(graph, kGraphInput, random);
  });
}

Made RemoveOutput(std::string_view model, Random& random) {
  return EditGraph(model, random, [&](WireMessage& graph) {
    return RemoveOne(graph, kGraphOutput, random);
  });
}

Made RepeatOutput(std::string_view model, Random& random) {
  return EditGraph(model, random, [&](WireMessage& graph) {
    return RepeatOne(graph, kGraphOutput, random);
  });
}

Made RenameInput(std::string_view model, Random& random) {
  return EditGraph(model, random, [&](WireMessage& graph) {
    const std::optional<size_t> place = ReadInput(graph, random);
    if (!place.has_value() || HasInitializers(graph)) return false;
    return EditField(&graph.fields[*place], [](WireMessage& value) {
      value.SetText(kValueName, "a_name_that_nobody_reads");
      return true;
    });
  });
}

Made RenameOutput(std::string_view model, Random& random) {
  return EditPart(model, kGraphOutput, random, [](WireMessage& value) {
    value.SetText(kValueName, "a_name_that_nobody_makes");
    return true;
  });
}

Made UndefinedValue(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    Field* input = Choose(node, kNodeInput, random);
    if (input == nullptr || input->bytes.empty()) return false;
    input->bytes = "a_value_that_nobody_makes";
    return true;
  });
}

// A node that reads what it makes itself.
Made Cycle(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    Field* input = Choose(node, kNodeInput, random);
    const std::string_view output = node.Text(kNodeOutput);
    if (input == nullptr || output.empty()) return false;
    input->bytes = std::string(output);
    return true;
  });
}

Made RemoveNodeInput(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    return RemoveOne(node, kNodeInput, random);
  });
}

Made RepeatNodeInput(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    return RepeatOne(node, kNodeInput, random);
  });
}

Made SwapNodeInputs(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    const std::vector<size_t> places = Places(node, kNodeInput);
    if (places.size() < 2) return false;
    std::swap(node.fields[places.front()].bytes,
              node.fields[places.back()].bytes);
    return true;
  });
}

Made RemoveNodeOutput(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    return RemoveOne(node, kNodeOutput, random);
  });
}

Made MoreNodeOutputs(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    for (int i = 0; i < 9; ++i) node.Add(kNodeOutput, StrCat("more_", i));
    return true;
  });
}

Made RemoveAttribute(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    return RemoveOne(node, kNodeAttribute, random);
  });
}

Made ChangeAttribute(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    return EditField(
        Choose(node, kNodeAttribute, random), [&](WireMessage& attribute) {
          constexpr uint64_t kValues[] = {
              0, 1, ~uint64_t{0}, uint64_t{1} << 31, uint64_t{1} << 63, 1000};
          for (Field& field : attribute.fields) {
            if (field.number != kAttributeInt &&
                field.number != kAttributeInts) {
              continue;
            }
            field.value = kValues[random() % std::size(kValues)];
            return true;
          }
          return false;
        });
  });
}

Made RenameAttribute(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [&](WireMessage& node) {
    return EditField(Choose(node, kNodeAttribute, random),
                     [](WireMessage& attribute) {
                       attribute.SetText(kAttributeName, "no_such_attribute");
                       return true;
                     });
  });
}

Made UnknownOperator(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [](WireMessage& node) {
    node.SetText(kNodeOp, "OperatorThatDoesNotExist");
    return true;
  });
}

Made EmptyOperator(std::string_view model, Random& random) {
  return EditPart(model, kGraphNode, random, [](WireMessage& node) {
    node.Remove(kNodeOp);
    return true;
  });
}

// The domain is imported, so that it is known to be missing.
Made UnknownDomain(std::string_view bytes, Random& random) {
  const Made changed =
      EditPart(bytes, kGraphNode, random, [](WireMessage& node) {
        node.SetText(kNodeDomain, "a.domain.of.nobody");
        return true;
      });
  if (!changed.has_value()) return changed;
  return EditModel(*changed, [](WireMessage& model) {
    WireMessage opset;
    opset.SetText(kOpsetDomain, "a.domain.of.nobody");
    opset.SetNumber(kOpsetVersion, 1);
    model.Add(kModelOpset, opset.Serialize());
    return true;
  });
}

Made UnknownOpset(std::string_view bytes, Random& random) {
  return EditModel(bytes, [&](WireMessage& model) {
    return EditField(Choose(model, kModelOpset, random),
                     [](WireMessage& opset) {
                       opset.SetNumber(kOpsetVersion, 100000);
                       return true;
                     });
  });
}

Made UnknownIrVersion(std::string_view bytes, Random&) {
  return EditModel(bytes, [](WireMessage& model) {
    model.SetNumber(kModelIrVersion, 100000);
    return true;
  });
}

Made NoOpset(std::string_view bytes, Random&) {
  return EditModel(bytes, [](WireMessage& model) {
    model.Remove(kModelOpset);
    return true;
  });
}

Made NoGraph(std::string_view bytes, Random&) {
  return EditModel(bytes, [](WireMessage& model) {
    model.Remove(kModelGraph);
    return true;
  });
}

// Changes the tensor type of an input or output.
Made EditType(std::string_view model, uint32_t which, Random& random,
              const Edit& edit) {
  return EditPart(model, which, random, [&](WireMessage& value) {
    return EditField(Choose(value, kValueType, random), [&](WireMessage& type) {
      return EditField(Choose(type, kTypeTensor, random), edit);
    });
  });
}

uint32_t InputOrOutput(Random& random) {
  return random() % 2 == 0 ? kGraphInput : kGraphOutput;
}

Made ChangeType(std::string_view model, Random& random) {
  return EditType(
      model, InputOrOutput(random), random, [&](WireMessage& tensor) {
        constexpr uint64_t kTypes[] = {
            0, 1, 2, 6, 7, 8, 9, 10, 11, 14, 16, 20, 22, 27, 99, ~uint64_t{0}};
        tensor.SetNumber(kTypeElemType, kTypes[random() % std::size(kTypes)]);
        return true;
      });
}

Made ChangeRank(std::string_view model, Random& random) {
  return EditType(
      model, InputOrOutput(random), random, [&](WireMessage& tensor) {
        return EditField(
            Choose(tensor, kTypeShape, random), [&](WireMessage& shape) {
              return random() % 2 == 0 ? RepeatOne(shape, 1, random)
                                       : RemoveOne(shape, 1, random);
            });
      });
}

Made ChangeDimension(std::string_view model, Random& random) {
  return EditType(
      model, InputOrOutput(random), random, [&](WireMessage& tensor) {
        return EditField(
            Choose(tensor, kTypeShape, random), [&](WireMessage& shape) {
              return EditField(
                  Choose(shape, 1, random), [&](WireMessage& dimension) {
                    constexpr uint64_t kSizes[] = {0,
                                                   1,
                                                   3,
                                                   1000,
                                                   uint64_t{1} << 40,
                                                   ~uint64_t{0},
                                                   uint64_t{1} << 62};
                    dimension.SetNumber(1,
                                        kSizes[random() % std::size(kSizes)]);
                    return true;
                  });
            });
      });
}

Made NoType(std::string_view model, Random& random) {
  return EditPart(model, InputOrOutput(random), random, [](WireMessage& value) {
    value.Remove(kValueType);
    return true;
  });
}

// Weights that are not as long as their shape says.
Made ShortWeights(std::string_view model, Random& random) {
  return EditPart(model, kGraphInitializer, random, [&](WireMessage& tensor) {
    constexpr uint32_t kRaw = 9;
    Field* raw = Choose(tensor, kRaw, random);
    if (raw == nullptr || raw->bytes.empty()) return false;
    raw->bytes.pop_back();
    return true;
  });
}

Made WeightsOfAnotherShape(std::string_view model, Random& random) {
  return EditPart(model, kGraphInitializer, random, [&](WireMessage& tensor) {
    Field* dim = Choose(tensor, kTensorDims, random);
    if (dim == nullptr || dim->value == 0) return false;
    dim->value += 1;
    return true;
  });
}

Made Truncate(std::string_view model, Random& random) {
  return std::string(model.substr(0, 1 + random() % (model.size() - 1)));
}

Made FlipBytes(std::string_view model, Random& random) {
  std::string bytes(model);
  const uint64_t count = 1 + random() % 4;
  for (uint64_t i = 0; i < count; ++i) {
    char& byte = bytes[random() % bytes.size()];
    byte = static_cast<char>(static_cast<uint64_t>(byte) ^
                             (uint64_t{1} << random() % 8));
  }
  return bytes;
}

Made SwapPieces(std::string_view model, Random& random) {
  std::string bytes(model);
  const size_t from = random() % bytes.size();
  const size_t size = 1 + random() % std::min<size_t>(16, bytes.size() - from);
  const std::string piece = bytes.substr(from, size);
  bytes.erase(from, size);
  return bytes.insert(random() % (bytes.size() + 1), piece);
}

constexpr Mutator kMutators[] = {
    {"remove_node", Meaning::kAny, &RemoveNode},
    {"repeat_node", Meaning::kNever, &RepeatNode},
    {"remove_input", Meaning::kNever, &RemoveInput},
    {"repeat_input", Meaning::kNever, &RepeatInput},
    {"rename_input", Meaning::kNever, &RenameInput},
    {"remove_output", Meaning::kAny, &RemoveOutput},
    {"repeat_output", Meaning::kAny, &RepeatOutput},
    {"rename_output", Meaning::kNever, &RenameOutput},
    {"undefined_value", Meaning::kNever, &UndefinedValue},
    {"cycle", Meaning::kNever, &Cycle},
    {"remove_node_input", Meaning::kAny, &RemoveNodeInput},
    {"repeat_node_input", Meaning::kAny, &RepeatNodeInput},
    {"swap_node_inputs", Meaning::kAny, &SwapNodeInputs},
    {"remove_node_output", Meaning::kAny, &RemoveNodeOutput},
    {"more_node_outputs", Meaning::kAny, &MoreNodeOutputs},
    {"remove_attribute", Meaning::kAny, &RemoveAttribute},
    {"change_attribute", Meaning::kAny, &ChangeAttribute},
    {"rename_attribute", Meaning::kAny, &RenameAttribute},
    {"unknown_operator", Meaning::kUnknown, &UnknownOperator},
    {"empty_operator", Meaning::kAny, &EmptyOperator},
    {"unknown_domain", Meaning::kNewer, &UnknownDomain},
    {"unknown_opset", Meaning::kNewer, &UnknownOpset},
    {"unknown_ir_version", Meaning::kNewer, &UnknownIrVersion},
    {"no_opset", Meaning::kNever, &NoOpset},
    {"no_graph", Meaning::kNever, &NoGraph},
    {"change_type", Meaning::kAny, &ChangeType},
    {"change_rank", Meaning::kAny, &ChangeRank},
    {"change_dimension", Meaning::kAny, &ChangeDimension},
    {"no_type", Meaning::kAny, &NoType},
    {"short_weights", Meaning::kNever, &ShortWeights},
    {"weights_of_another_shape", Meaning::kNever, &WeightsOfAnotherShape},
    {"truncate", Meaning::kAny, &Truncate},
    {"flip_bytes", Meaning::kAny, &FlipBytes},
    {"swap_pieces", Meaning::kAny, &SwapPieces},
};

}  // namespace

std::span<const Mutator> Mutators() { return kMutators; }

}  // namespace onnxifi::conformance
