#include "tools/cli/compare_report.h"

#include <cstdio>
#include <string_view>
#include <utility>

#include "base/str_cat.h"
#include "client/text.h"
#include "partitioner/graph_problem.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;

// Of an attribute or a segment are shown at most so many.
constexpr size_t kShownNumbers = 8;
constexpr size_t kShownNodes = 16;
constexpr size_t kShownBytes = 60;

// Where an element is: "[0,3,7]", "element 5" of what has no shape here.
std::string PlaceText(const HostValue& want, int64_t element) {
  if (!want.is_tensor()) return StrCat("element ", element);
  // Complex numbers have two parts.
  if (IsComplex(want.tensor.type())) element /= 2;
  const graph::Shape& dims = want.tensor.dims();
  std::string text;
  for (size_t d = dims.size(); d-- > 0;) {
    if (dims[d] <= 0) return StrCat("element ", element);
    text = StrCat(element % dims[d], text.empty() ? "" : ",", text);
    element /= dims[d];
  }
  return StrCat("[", text, "]");
}

template <typename T, typename ToText>
std::string ListText(const std::vector<T>& list, const ToText& to_text) {
  std::string text = "[";
  for (size_t i = 0; i < list.size() && i < kShownNumbers; ++i) {
    text += StrCat(i == 0 ? "" : ", ", to_text(list[i]));
  }
  return text + (list.size() > kShownNumbers ? ", ...]" : "]");
}

std::string StringText(const std::string& text) {
  return StrCat("'", EscapeText(text.substr(0, kShownBytes)),
                text.size() > kShownBytes ? "...'" : "'");
}

std::string TensorText(const graph::TensorPtr& tensor) {
  if (tensor == nullptr) return "a tensor";
  return StrCat("a tensor of ", graph::DataTypeName(tensor->type), " ",
                ShapeText(tensor->dims));
}

std::string GraphText(const std::shared_ptr<const graph::Graph>& body) {
  return body == nullptr ? "a body"
                         : StrCat("a body of ", body->nodes.size(), " nodes");
}

std::string AttributeText(const graph::Attribute& attribute) {
  using Kind = graph::Attribute::Kind;
  const auto number = [](double x) { return NumberText(x); };
  switch (attribute.kind) {
    case Kind::kFloat:
      return NumberText(attribute.f);
    case Kind::kInt:
      return std::to_string(attribute.i);
    case Kind::kString:
      return StringText(attribute.s);
    case Kind::kFloats:
      return ListText(attribute.floats, number);
    case Kind::kInts:
      return ListText(attribute.ints,
                      [](int64_t x) { return std::to_string(x); });
    case Kind::kStrings:
      return ListText(attribute.strings, StringText);
    case Kind::kTensor:
      return TensorText(attribute.tensor);
    case Kind::kTensors:
      return ListText(attribute.tensors, TensorText);
    case Kind::kGraph:
      return GraphText(attribute.graph);
    case Kind::kGraphs:
      return ListText(attribute.graphs, GraphText);
    case Kind::kOther:
      break;
  }
  return "a type or a sparse tensor";
}

std::string OperatorText(const graph::Node& node) {
  return EscapeText(node.domain.empty()
                        ? node.op_type
                        : StrCat(node.domain, ":", node.op_type));
}

void PrintNode(const graph::Graph& graph, const graph::Node& node) {
  std::printf("node    '%s' (%s, operator set %d)\n",
              EscapeText(node.name).c_str(), OperatorText(node).c_str(),
              node.opset);
  for (const graph::Attribute& attribute : node.attributes) {
    std::printf("        attribute %s = %s\n",
                EscapeText(attribute.name).c_str(),
                AttributeText(attribute).c_str());
  }
  for (const graph::ValueId id : node.inputs) {
    if (id == graph::kNoValue) continue;
    const graph::Value& value = graph.value(id);
    if (value.constant == nullptr) continue;
    std::printf("        constant %s: %s\n", EscapeText(value.name).c_str(),
                TensorText(value.constant).c_str());
  }
}

json NodeJson(const graph::Node& node) {
  json attributes = json::object();
  for (const graph::Attribute& attribute : node.attributes) {
    attributes[EscapeText(attribute.name)] = AttributeText(attribute);
  }
  return {{"name", EscapeText(node.name)},
          {"operator", OperatorText(node)},
          {"opset", node.opset},
          {"attributes", std::move(attributes)}};
}

// The first node of the graph whose results are random; nullptr: none.
const graph::Node* RandomNode(const graph::Graph& graph) {
  for (const graph::Node& node : graph.nodes) {
    if (partitioner::IsRandom(node)) return &node;
  }
  return nullptr;
}

void PrintNoNodes(const Finding& finding, const graph::Graph& graph) {
  if (finding.kind == Finding::Kind::kFileOnly) {
    std::printf(
        "found   nothing: the graph as this tool reads it gives equal outputs; "
        "only the file itself does not. What the backend makes of the file "
        "before it runs it (functions, initializers) is to be looked at\n");
    return;
  }
  const graph::Node* node = RandomNode(graph);
  std::printf(
      "found   nothing: the reference gives something else each time%s\n",
      node == nullptr ? ": use another one"
                      : StrCat(": node '", EscapeText(node->name), "' (",
                               OperatorText(*node), ") is random")
                            .c_str());
}

const char* KindText(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::kRandom:
      return "random";
    case Finding::Kind::kFileOnly:
      return "file_only";
    case Finding::Kind::kNodes:
      break;
  }
  return "nodes";
}

}  // namespace

void PrintComparison(const char* what, const HostValue& want,
                     const Comparison& result) {
  std::string where;
  if (result.worst >= 0) {
    where =
        StrCat(" at ", PlaceText(want, result.worst), " (",
               NumberText(result.want), ", here ", NumberText(result.got), ")");
  }
  std::printf(
      "%-7s %s  %s  max absolute error %s%s  max relative error %s  %s\n", what,
      EscapeText(want.name()).c_str(), TypeText(want).c_str(),
      NumberText(result.max_abs_error, 3).c_str(), where.c_str(),
      NumberText(result.max_rel_error, 3).c_str(),
      result.equal ? "equal" : "DIFFERENT");
}

json ComparisonJson(const HostValue& want, const Comparison& result) {
  json out = {{"name", EscapeText(want.name())},
              {"type", TypeText(want)},
              {"equal", result.equal},
              {"max_abs_error", result.max_abs_error},
              {"max_rel_error", result.max_rel_error},
              {"mismatches", result.mismatches},
              {"reason", result.reason}};
  if (result.worst >= 0) {
    out["worst"] = {{"element", result.worst},
                    {"at", PlaceText(want, result.worst)},
                    {"reference", result.want},
                    {"backend", result.got}};
  }
  return out;
}

void PrintFinding(const Finding& finding, const graph::Graph& graph,
                  const std::string& backend) {
  std::printf("bisect  %zu nodes, %zu graphs run\n", finding.nodes,
              finding.runs);
  if (finding.kind != Finding::Kind::kNodes) {
    PrintNoNodes(finding, graph);
    return;
  }
  const Segment& segment = finding.segment;
  const std::string name = EscapeText(backend);
  if (segment.size() == 1) {
    std::printf("found   node %zu: alone on %s it makes the outputs differ\n",
                segment.begin, name.c_str());
  } else {
    std::printf(
        "found   nodes %zu to %zu: together on %s they make the outputs "
        "differ; without the first or without the last of them they do not\n",
        segment.begin, segment.end - 1, name.c_str());
  }
  for (size_t n = segment.begin; n < segment.end; ++n) {
    if (n - segment.begin == kShownNodes) {
      std::printf("        ... and %zu more\n", segment.end - n);
      break;
    }
    PrintNode(graph, graph.nodes[n]);
  }
  for (const HostValue& input : finding.alone.inputs) {
    std::printf("reads   %s\n", Describe(input).c_str());
  }
  for (size_t i = 0; i < finding.alone.want.size(); ++i) {
    PrintComparison("alone", finding.alone.want[i], finding.alone_results[i]);
  }
  if (!finding.alone_differs) {
    std::printf(
        "note    the results are within the tolerance: the nodes behind them "
        "make the error larger\n");
  }
  if (finding.others_differ) {
    std::printf(
        "note    with this on the reference the outputs still differ: other "
        "nodes are wrong, too\n");
  }
}

json FindingJson(const Finding& finding, const graph::Graph& graph) {
  json out = {{"found", KindText(finding.kind)},
              {"graph_nodes", finding.nodes},
              {"runs", finding.runs}};
  if (finding.kind != Finding::Kind::kNodes) return out;
  out["first"] = finding.segment.begin;
  out["nodes"] = json::array();
  for (size_t n = finding.segment.begin; n < finding.segment.end; ++n) {
    out["nodes"].push_back(NodeJson(graph.nodes[n]));
  }
  out["reads"] = json::array();
  for (const HostValue& input : finding.alone.inputs) {
    out["reads"].push_back(
        {{"name", EscapeText(input.name())}, {"type", TypeText(input)}});
  }
  out["alone"] = json::array();
  for (size_t i = 0; i < finding.alone.want.size(); ++i) {
    out["alone"].push_back(
        ComparisonJson(finding.alone.want[i], finding.alone_results[i]));
  }
  out["alone_differs"] = finding.alone_differs;
  out["others_differ"] = finding.others_differ;
  return out;
}

}  // namespace onnxifi::client
