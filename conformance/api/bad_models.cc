#include "conformance/api/bad_models.h"

#include "conformance/api/api_kit.h"

namespace onnxifi::conformance {
namespace {

using wire::kDouble;
using wire::kFloat;
using wire::kInt32;
using wire::kInt64;
using wire::ModelBuilder;
using Text = const std::string&;

// A good model in which a test changes one thing.
ModelBuilder Start(int64_t ir = 8, int64_t opset = 13) {
  ModelBuilder model(ir, opset);
  model.Input("x", kFloat, {2, 3}).Output("y", kFloat, {2, 3});
  return model;
}

// ---- Bytes that are no ModelProto

std::string Ones(Text) { return std::string(64, '\xff'); }
std::string Zeros(Text) { return std::string(64, '\0'); }
std::string Prose(Text) { return "this is a text and not a model at all"; }
// Field 1 with a wire type that does not exist.
std::string WireType(Text op) { return "\x0f\x01" + MakeProbe(op, {2, 3}); }
std::string Cut(Text op) {
  const std::string whole = MakeProbe(op, {2, 3});
  return whole.substr(0, whole.size() - 3);
}
// The graph says that it is longer than all memory.
std::string Endless(Text) {
  return ModelBuilder(8, 13).BuildWithoutGraph() +
         "\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
}
// A number of more than ten bytes.
std::string LongNumber(Text) {
  return "\x08" + std::string(11, '\xff') + "\x01";
}

// ---- Against the rules of ONNX

std::string NoGraph(Text) { return ModelBuilder(8, 13).BuildWithoutGraph(); }
std::string NoIrVersion(Text op) {
  return Start(0).Node(op, ArgumentsOf(op, "x"), {"y"}).Build();
}
std::string NoOperatorSet(Text op) {
  return Start(8, 0).Node(op, ArgumentsOf(op, "x"), {"y"}).Build();
}
std::string UndefinedValue(Text op) {
  return Start().Node(op, ArgumentsOf(op, "nowhere"), {"y"}).Build();
}
std::string NotSorted(Text op) {
  return Start()
      .Node(op, ArgumentsOf(op, "t"), {"y"})
      .Node(op, ArgumentsOf(op, "x"), {"t"})
      .Build();
}
std::string Circle(Text op) {
  return Start()
      .Node(op, ArgumentsOf(op, "b"), {"a"})
      .Node(op, ArgumentsOf(op, "a"), {"b"})
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Build();
}
std::string TwoProducers(Text op) {
  return Start()
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Build();
}
std::string NoProducer(Text op) {
  return Start().Node(op, ArgumentsOf(op, "x"), {"t"}).Build();
}
std::string TooManyArguments(Text op) {
  return Start().Node(op, wire::Names(9, "x"), {"y"}).Build();
}
std::string ExternalData(Text op) {
  return Start()
      .Output("z", kFloat, {2, 3})
      .Initializer(wire::ExternalTensor("w", kFloat, {2, 3}, "weights.bin"))
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Node(op, ArgumentsOf(op, "w"), {"z"})
      .Build();
}
std::string ShortInitializer(Text op) {
  return Start()
      .Output("z", kFloat, {2, 3})
      .Initializer(wire::TensorOf<float>("w", kFloat, {2, 3}, {1, 2, 3}))
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Node(op, ArgumentsOf(op, "w"), {"z"})
      .Build();
}

// ---- Right, and known to nobody

std::string FutureOperatorSet(Text op) {
  return Start(8, 9999).Node(op, ArgumentsOf(op, "x"), {"y"}).Build();
}
std::string FutureIrVersion(Text op) {
  return Start(9999).Node(op, ArgumentsOf(op, "x"), {"y"}).Build();
}
std::string StrangeDomain(Text) {
  return Start()
      .Opset("no.such.domain", 1)
      .Node("Op", {"x"}, {"y"}, {}, "no.such.domain")
      .Build();
}
std::string StrangeOperator(Text) {
  return Start().Node("NoSuchOperator", {"x"}, {"y"}).Build();
}
// One that is known, and one that is not.
std::string OneStrangeOperator(Text op) {
  return Start()
      .Node(op, ArgumentsOf(op, "x"), {"t"})
      .Node("NoSuchOperator", {"t"}, {"y"})
      .Build();
}

// ---- Declared against what follows

std::string OtherShape(Text op) {
  return DeclaredModel(op, kFloat, {2, 3}, kFloat, {2, 4});
}
std::string TurnedShape(Text op) {
  return DeclaredModel(op, kFloat, {2, 3}, kFloat, {3, 2});
}
std::string OtherRank(Text op) {
  return DeclaredModel(op, kFloat, {2, 3}, kFloat, {6});
}
std::string OtherType(Text op) {
  return DeclaredModel(op, kFloat, {2, 3}, kInt32, {2, 3});
}
std::string OtherInputType(Text op) {
  // Every operator of the probe models takes double.
  return DeclaredModel(op, kDouble, {2, 3}, kFloat, {2, 3});
}
std::string OtherShapeInside(Text op) {
  return Start()
      .ValueInfo("t", kFloat, {5, 5})
      .Node(op, ArgumentsOf(op, "x"), {"t"})
      .Node(op, ArgumentsOf(op, "t"), {"y"})
      .Build();
}

void AddBytes(std::vector<BadModel>* all) {
  constexpr onnxStatus kStatus = ONNXIFI_STATUS_INVALID_PROTOBUF;
  const std::vector<std::string> ids = {"R-089"};
  const std::vector<std::string> graph = {"R-156"};
  all->push_back({"ones", kStatus, "64 bytes 0xff", ids, graph, &Ones});
  all->push_back({"zeros", kStatus, "64 bytes 0", ids, graph, &Zeros});
  all->push_back({"prose", kStatus, "a text", ids, graph, &Prose});
  all->push_back({"wire_type", kStatus, "a wire type that does not exist", ids,
                  graph, &WireType});
  all->push_back({"cut",
                  kStatus,
                  "the last three bytes are missing",
                  {"R-090"},
                  graph,
                  &Cut});
  all->push_back(
      {"endless", kStatus, "a field of 2^63 bytes", ids, graph, &Endless});
  all->push_back({"long_number", kStatus, "a number of 12 bytes", ids, graph,
                  &LongNumber});
}

void AddRules(std::vector<BadModel>* all) {
  constexpr onnxStatus kStatus = ONNXIFI_STATUS_INVALID_MODEL;
  const std::vector<std::string> ids = {"R-092"};
  const std::vector<std::string> graph = {"R-156"};
  all->push_back(
      {"no_graph", kStatus, "there is no graph", {"R-091"}, graph, &NoGraph});
  all->push_back({"no_ir_version", kStatus, "there is no IR version", ids,
                  graph, &NoIrVersion});
  all->push_back({"no_operator_set", kStatus, "no operator set is imported",
                  ids, graph, &NoOperatorSet});
  all->push_back({"undefined_value", kStatus, "a node reads what nobody makes",
                  ids, graph, &UndefinedValue});
  all->push_back({"not_sorted", kStatus, "a node comes before its input", ids,
                  graph, &NotSorted});
  all->push_back(
      {"circle", kStatus, "two nodes need each other", ids, graph, &Circle});
  all->push_back({"two_producers", kStatus, "two nodes make one value", ids,
                  graph, &TwoProducers});
  all->push_back({"no_producer", kStatus, "nobody makes the output", ids, graph,
                  &NoProducer});
  all->push_back({"too_many_arguments", kStatus, "a node of nine inputs", ids,
                  graph, &TooManyArguments});
  all->push_back({"external_data",
                  kStatus,
                  "a weight lies in a file",
                  {"R-103"},
                  {"R-103"},
                  &ExternalData});
  all->push_back({"short_initializer", kStatus,
                  "a weight has fewer values than its shape", ids, graph,
                  &ShortInitializer});
}

void AddUnknown(std::vector<BadModel>* all) {
  constexpr onnxStatus kVersion = ONNXIFI_STATUS_UNSUPPORTED_VERSION;
  all->push_back({"future_operator_set",
                  kVersion,
                  "operator set 9999",
                  {"R-093"},
                  {"R-157"},
                  &FutureOperatorSet});
  all->push_back({"future_ir_version",
                  kVersion,
                  "IR version 9999",
                  {"R-093"},
                  {"R-157"},
                  &FutureIrVersion});
  all->push_back({"strange_domain",
                  kVersion,
                  "an operator of a domain that "
                  "nobody knows",
                  {"R-094"},
                  {"R-094"},
                  &StrangeDomain});
  constexpr onnxStatus kOperator = ONNXIFI_STATUS_UNSUPPORTED_OPERATOR;
  all->push_back({"strange_operator",
                  kOperator,
                  "an operator that nobody "
                  "knows",
                  {"R-095"},
                  {"R-095"},
                  &StrangeOperator});
  all->push_back({"one_strange_operator",
                  kOperator,
                  "one of two operators is "
                  "known to nobody",
                  {"R-095"},
                  {"R-095"},
                  &OneStrangeOperator});
}

void AddDeclared(std::vector<BadModel>* all) {
  constexpr onnxStatus kShape = ONNXIFI_STATUS_MISMATCHING_SHAPE;
  constexpr onnxStatus kType = ONNXIFI_STATUS_MISMATCHING_DATATYPE;
  const std::vector<std::string> graph = {"R-157"};
  all->push_back({"other_shape",
                  kShape,
                  "the output is declared 2x4, and is "
                  "2x3",
                  {"R-096"},
                  graph,
                  &OtherShape});
  all->push_back({"turned_shape",
                  kShape,
                  "the output is declared 3x2, and is "
                  "2x3",
                  {"R-096"},
                  graph,
                  &TurnedShape});
  all->push_back({"other_rank",
                  kShape,
                  "the output is declared of rank 1, and "
                  "is of rank 2",
                  {"R-096"},
                  graph,
                  &OtherRank});
  all->push_back({"other_shape_inside",
                  kShape,
                  "a value inside is declared "
                  "5x5, and is 2x3",
                  {"R-096"},
                  graph,
                  &OtherShapeInside});
  all->push_back({"other_type",
                  kType,
                  "the output is declared int32, and is "
                  "float",
                  {"R-097"},
                  graph,
                  &OtherType});
  all->push_back({"other_input_type",
                  kType,
                  "the output is declared float, "
                  "and is double",
                  {"R-097"},
                  graph,
                  &OtherInputType,
                  ONNXIFI_STATUS_UNSUPPORTED_DATATYPE});
}

}  // namespace

std::vector<BadModel> BadModels() {
  std::vector<BadModel> all;
  AddBytes(&all);
  AddRules(&all);
  AddUnknown(&all);
  AddDeclared(&all);
  return all;
}

}  // namespace onnxifi::conformance
