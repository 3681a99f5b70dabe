// Interface 1.1: queryGraph, and that initGraph keeps what it says.
#include <algorithm>

#include "base/model_builder.h"
#include "conformance/interface/client_1_1.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using wire::kFloat;
using wire::ModelBuilder;

// A copy of an answer.
struct Answer {
  std::vector<onnxNodeSupport> nodes;
  int calls = 0;
  std::string problem;
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  pthread_t thread = ::pthread_self();

  static onnxStatus ONNXIFI_ABI Take(void* context, uint32_t count,
                                     const onnxNodeSupport* nodes) {
    auto& self = *static_cast<Answer*>(context);
    ++self.calls;
    if (::pthread_equal(self.thread, ::pthread_self()) == 0) {
      self.problem = "it comes on another thread than that of the call";
    }
    const auto* at = reinterpret_cast<const std::byte*>(nodes);
    for (uint32_t i = 0; i < count; ++i, at += nodes->structSize) {
      const auto& node = *reinterpret_cast<const onnxNodeSupport*>(at);
      if (node.structSize < sizeof(node) ||
          node.structSize != nodes->structSize) {
        self.problem = StrCat("structSize ", node.structSize);
        return self.answer;
      }
      self.Look(i, node);
      self.nodes.push_back(node);
    }
    return self.answer;
  }
  void Look(uint32_t i, const onnxNodeSupport& node) {
    if (node.support > ONNXIFI_SUPPORT_EMULATED) {
      problem = StrCat("node ", i, ": support is ", node.support);
    }
    const bool refused = node.support == ONNXIFI_SUPPORT_NONE;
    if (refused == (node.status == ONNXIFI_STATUS_SUCCESS)) {
      problem = StrCat("node ", i, ": support is ", node.support,
                       ", its status ", StatusText(node.status));
    }
    if (refused && (node.status & 0xff00) != 0x0200) {
      problem = StrCat("node ", i, " is refused with ", StatusText(node.status),
                       ", which is no refusal");
    }
    if (node.group < -1 || node.costNs < -1 || node.workspaceBytes < -1) {
      problem = StrCat("node ", i, ": group ", node.group, ", cost ",
                       node.costNs, ", workspace ", node.workspaceBytes);
    }
    // Read it to its end, while it is valid.
    if (node.reason != nullptr && std::strlen(node.reason) > (1u << 20)) {
      problem = StrCat("node ", i, ": a reason of more than 1 MiB");
    }
  }
  size_t refused() const {
    return static_cast<size_t>(std::count_if(
        nodes.begin(), nodes.end(),
        [](const auto& node) { return node.support == ONNXIFI_SUPPORT_NONE; }));
  }
};

onnxQueryGraphArguments Arguments(Client11& client, const std::string& model,
                                  Answer* answer) {
  auto arguments = New<onnxQueryGraphArguments>();
  arguments.backendID = client.id();
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  arguments.receive = &Answer::Take;
  arguments.receiveContext = answer;
  return arguments;
}

bool Offers(Client11& client) {
  return client.Offers(client.table().queryGraph, "queryGraph") &&
         client.Offers(client.table().initGraph, "initGraph") &&
         client.session().model() != nullptr;
}

// Asks, and holds initGraph against the answer.
Answer Ask(Test& test, Client11& client, const std::string& model, size_t nodes,
           const std::string& what) {
  Answer answer;
  const auto arguments = Arguments(client, model, &answer);
  CERTIFY_STATUS(test, client.table().queryGraph(&arguments),
                 ONNXIFI_STATUS_SUCCESS, what, ": ", client.LastError());
  CERTIFY_CHECK(test, answer.calls == 1, what, ": `receive` was called ",
                answer.calls, " times");
  CERTIFY_CHECK(test, answer.problem.empty(), what, ": ", answer.problem);
  CERTIFY_CHECK(test, answer.nodes.size() == nodes, what, ": ",
                answer.nodes.size(), " answers for ", nodes, " nodes");
  onnxGraph graph = &graph;
  const onnxInitGraphArguments init = client.InitArguments(model, &graph);
  const onnxStatus status = client.table().initGraph(&init);
  if (answer.refused() == 0) {
    CERTIFY_CHECK(test, Done(status), what,
                  ": every node is supported, and initGraph says ",
                  StatusText(status), ": ", client.LastError());
  } else {
    const bool same =
        std::any_of(answer.nodes.begin(), answer.nodes.end(),
                    [&](const auto& node) { return node.status == status; });
    CERTIFY_CHECK(test, !Done(status) && same, what, ": ", answer.refused(),
                  " nodes are refused, and initGraph says ",
                  StatusText(status));
  }
  if (Done(status) && graph != nullptr) {
    CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, what);
  }
  return answer;
}

void OneAnswerForEachNode(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const std::string& op = client.session().model()->op;
  for (const int nodes : {1, 2, 5, 100}) {
    const Answer answer =
        Ask(test, client, MakeProbe(op, {2, 3}, nodes),
            static_cast<size_t>(nodes), StrCat(nodes, " nodes of ", op));
    CERTIFY_CHECK(test, answer.refused() == 0, answer.refused(), " of ", nodes,
                  " nodes of ", op, " are refused, which the backend runs");
  }
}

// Operators of one float input and output that nobody needs to have.
constexpr const char* kOperators[] = {"Abs",
                                      "Acos",
                                      "Acosh",
                                      "Asin",
                                      "Asinh",
                                      "Atan",
                                      "Atanh",
                                      "Ceil",
                                      "Cos",
                                      "Cosh",
                                      "Elu",
                                      "Erf",
                                      "Exp",
                                      "Floor",
                                      "Neg",
                                      "Round",
                                      "Selu",
                                      "Sigmoid",
                                      "Sign",
                                      "Sin",
                                      "Sinh",
                                      "Sqrt",
                                      "Softplus",
                                      "Softsign",
                                      "Tan",
                                      "Tanh",
                                      "Relu",
                                      "Log",
                                      "Reciprocal",
                                      "Identity",
                                      "LeakyRelu",
                                      "HardSwish",
                                      "Celu",
                                      "Softmax",
                                      "LogSoftmax",
                                      "Hardmax",
                                      "LpNormalization",
                                      "Dropout"};

ModelBuilder OnFloats() {
  return ModelBuilder(8, 14)
      .Input("x", kFloat, {2, 3})
      .Output("y", kFloat, {2, 3});
}

// A node between two that are supported; so are those, whatever it is.
void RefusalsAreOfTheirNode(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const std::string& op = client.session().model()->op;
  const bool two = op == "Add" || op == "Mul";
  const auto probe = [&](const char* in) {
    return two ? wire::Names{in, in} : wire::Names{in};
  };
  size_t refused = 0;
  for (const char* name : kOperators) {
    const std::string name_text = name;
    const std::string model = OnFloats()
                                  .Node(op, probe("x"), {"a"})
                                  .Node(name, {"a"}, {"b"}, {}, "", "middle")
                                  .Node(op, probe("b"), {"y"})
                                  .Build();
    const Answer answer = Ask(test, client, model, 3, name_text);
    if (answer.nodes.size() != 3) continue;
    for (const size_t i : {size_t{0}, size_t{2}}) {
      CERTIFY_CHECK(test, answer.nodes[i].support != ONNXIFI_SUPPORT_NONE,
                    "a node of ", op, " is refused because of ", name);
    }
    refused += answer.refused();
    // What checkModel and compatibility say is the same.
    const onnxStatus core = test.plugin().onnxGetBackendCompatibility(
        client.id(), model.size(), model.data());
    CERTIFY_CHECK(test, Done(core) == (answer.refused() == 0), name,
                  ": onnxGetBackendCompatibility says ", StatusText(core));
  }
  test.Show("operators refused", static_cast<double>(refused));
}

// Bodies, and functions of the model, are answered with their node.
void WholesAreAnsweredAsWholes(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const auto branch = [](const char* op) {
    return ModelBuilder()
        .Output("made", kFloat, {2, 3})
        .Node(op, {"x"}, {"between"})
        .Node("Identity", {"between"}, {"made"})
        .BuildGraph();
  };
  for (const char* op : {"Identity", "Relu", "Neg"}) {
    const std::string model =
        OnFloats()
            .Input("c", wire::kBool, {})
            .Node("If", {"c"}, {"t"},
                  {wire::AttrGraph("then_branch", branch("Identity")),
                   wire::AttrGraph("else_branch", branch(op))})
            .Node("Identity", {"t"}, {"y"})
            .Build();
    Ask(test, client, model, 2, StrCat("If with a body of ", op));
    const std::string body =
        wire::FunctionBytes("mine", "Twice", {"p"}, {"r"},
                            {wire::NodeBytes(op, {"p"}, {"s"}),
                             wire::NodeBytes("Identity", {"s"}, {"r"})},
                            14);
    const std::string call = OnFloats()
                                 .Opset("mine", 1)
                                 .Function(body)
                                 .Node("Twice", {"x"}, {"t"}, {}, "mine")
                                 .Node("Identity", {"t"}, {"u"})
                                 .Node("Twice", {"u"}, {"y"}, {}, "mine")
                                 .Build();
    Ask(test, client, call, 3, StrCat("a function of ", op));
  }
}

void WhatCannotBeReadIsRefused(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const auto nodes = [](ModelBuilder builder) {
    return builder.Input("x", kFloat, {2, 3})
        .Output("y", kFloat, {2, 3})
        .Node("Identity", {"x"}, {"a"})
        .Node("Identity", {"a"}, {"b"})
        .Node("Identity", {"b"}, {"y"})
        .Build();
  };
  const struct {
    const char* what;
    std::string model;
  } kRows[] = {
      {"an operator set of the future", nodes(ModelBuilder(8, 100000))},
      {"an IR version of the future", nodes(ModelBuilder(100000, 13))},
      {"a domain that nobody knows",
       nodes(ModelBuilder(8, 13)
                 .Opset("org.onnxifi.nobody", 1)
                 .Node("Thing", {"x"}, {"t"}, {}, "org.onnxifi.nobody"))}};
  for (size_t i = 0; i < 3; ++i) {
    const size_t count = i == 2 ? 4 : 3;
    const Answer answer =
        Ask(test, client, kRows[i].model, count, kRows[i].what);
    CERTIFY_CHECK(test, answer.refused() > 0, "no node is refused of ",
                  kRows[i].what);
    CERTIFY_CHECK(test, i == 2 || answer.refused() == answer.nodes.size(),
                  answer.refused(), " of ", answer.nodes.size(),
                  " nodes are refused of ", kRows[i].what);
  }
}

void WhatIsValidNowhereIsAnError(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const struct {
    const char* what;
    std::string model;
  } kRows[] = {
      {"bytes that are no model", std::string(64, '\xff')},
      {"a model without a graph", ModelBuilder(8, 13).BuildWithoutGraph()},
      {"an input that nobody makes",
       OnFloats().Node("Identity", {"nobody"}, {"y"}).Build()},
      {"an output of another type", ModelBuilder(8, 13)
                                        .Input("x", kFloat, {2, 3})
                                        .Output("y", wire::kInt32, {2, 3})
                                        .Node("Identity", {"x"}, {"y"})
                                        .Build()}};
  for (const auto& row : kRows) {
    onnxGraph graph = &graph;
    const onnxInitGraphArguments init = client.InitArguments(row.model, &graph);
    const onnxStatus wanted = client.table().initGraph(&init);
    Answer answer;
    const auto arguments = Arguments(client, row.model, &answer);
    CERTIFY_STATUS(test, client.table().queryGraph(&arguments), wanted,
                   "initGraph gives that for ", row.what);
    CERTIFY_CHECK(test, !Done(wanted), "initGraph accepts ", row.what);
    CERTIFY_CHECK(test, answer.calls == 0, "`receive` was called for ",
                  row.what);
  }
}

void WeightsByDescriptors(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const std::string model = ModelBuilder(8, 13)
                                .Input("x", kFloat, {2, 3})
                                .Input("w", kFloat, {2, 3})
                                .Output("y", kFloat, {2, 3})
                                .Output("v", kFloat, {2, 3})
                                .Node("Identity", {"x"}, {"y"})
                                .Node("Identity", {"w"}, {"v"})
                                .Build();
  const std::vector<float> data(6, 1);
  const uint64_t shape[] = {2, 3};
  const auto good = Describe("w", ONNXIFI_DATATYPE_FLOAT32, shape, data.data());
  Answer answer;
  auto arguments = Arguments(client, model, &answer);
  arguments.weightsCount = 1;
  arguments.weightDescriptors = &good;
  CERTIFY_STATUS(test, client.table().queryGraph(&arguments),
                 ONNXIFI_STATUS_SUCCESS, client.LastError());
  CERTIFY_CHECK(test, answer.nodes.size() == 2, answer.nodes.size(),
                " answers for 2 nodes");
  const auto expect = [&](const char* what, onnxStatus wanted, auto spoil) {
    onnxTensorDescriptorV1 bad = good;
    spoil(bad);
    answer = {};
    arguments.weightDescriptors = &bad;
    CERTIFY_STATUS(test, client.table().queryGraph(&arguments), wanted, what);
    CERTIFY_CHECK(test, answer.calls == 0, "`receive` was called: ", what);
  };
  using D = onnxTensorDescriptorV1;
  const uint64_t zero[] = {2, 0};
  const uint64_t other[] = {3, 2};
  expect("a wrong tag", ONNXIFI_STATUS_UNSUPPORTED_TAG,
         [](D& d) { d.tag = 1; });
  expect("a weight without a name", ONNXIFI_STATUS_INVALID_NAME,
         [](D& d) { d.name = nullptr; });
  expect("a weight that is none", ONNXIFI_STATUS_INVALID_NAME,
         [](D& d) { d.name = "nobody"; });
  expect("a dimension of 0", ONNXIFI_STATUS_INVALID_SHAPE,
         [&](D& d) { d.shape = zero; });
  expect("another shape", ONNXIFI_STATUS_MISMATCHING_SHAPE,
         [&](D& d) { d.shape = other; });
  expect("another type", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
         [](D& d) { d.dataType = ONNXIFI_DATATYPE_INT32; });
}

void TheReceiverEndsTheCall(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  for (const onnxStatus status :
       {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_INVALID_STATE,
        ONNXIFI_STATUS_UNSUPPORTED_OPERATOR}) {
    Answer answer;
    answer.answer = status;
    const auto arguments =
        Arguments(client, client.session().model()->bytes, &answer);
    CERTIFY_STATUS(test, client.table().queryGraph(&arguments), status,
                   "what `receive` returned");
    CERTIFY_CHECK(test, answer.calls == 1, answer.calls, " calls");
  }
}

void BadArguments(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  Answer answer;
  const auto good = Arguments(client, client.session().model()->bytes, &answer);
  using A = onnxQueryGraphArguments;
  const auto expect = [&](const char* what, onnxStatus wanted, auto spoil) {
    A bad = good;
    spoil(bad);
    CERTIFY_STATUS(test, client.table().queryGraph(&bad), wanted, what);
    CERTIFY_CHECK(test, answer.calls == 0, "`receive` was called: ", what);
  };
  for (const NoHandle& none : NoHandles()) {
    expect(none.what, ONNXIFI_STATUS_INVALID_ID,
           [&](A& a) { a.backendID = none.value; });
  }
  onnxBackend backend = client.session().backend();
  expect("the ID is a backend", ONNXIFI_STATUS_INVALID_ID,
         [&](A& a) { a.backendID = backend; });
  expect("onnxModel == NULL", ONNXIFI_STATUS_INVALID_POINTER,
         [](A& a) { a.onnxModel = nullptr; });
  expect("onnxModelSize == 0", ONNXIFI_STATUS_INVALID_SIZE,
         [](A& a) { a.onnxModelSize = 0; });
  expect("receive == NULL", ONNXIFI_STATUS_INVALID_POINTER,
         [](A& a) { a.receive = nullptr; });
  expect("weights without an array", ONNXIFI_STATUS_INVALID_POINTER,
         [](A& a) { a.weightsCount = 1; });
}

}  // namespace

void AddQueryGraphTests(TestList* list) {
  const std::string at = "interface/query/";
  list->Add(at + "one_answer_for_each_node", {"R-ext-25"},
            &OneAnswerForEachNode);
  list->Add(at + "refusals_are_of_their_node", {"R-ext-24", "R-ext-27"},
            &RefusalsAreOfTheirNode);
  list->Add(at + "wholes", {"R-ext-26", "R-ext-27"},
            &WholesAreAnsweredAsWholes);
  list->Add(at + "what_cannot_be_read", {"R-ext-28"},
            &WhatCannotBeReadIsRefused);
  list->Add(at + "what_is_valid_nowhere", {"R-ext-27"},
            &WhatIsValidNowhereIsAnError);
  list->Add(at + "weights_by_descriptors", {"R-ext-25"}, &WeightsByDescriptors);
  list->Add(at + "receiver_ends_the_call", {"R-ext-25"},
            &TheReceiverEndsTheCall);
  list->Add(at + "bad_arguments", {"R-ext-25"}, &BadArguments);
}

}  // namespace onnxifi::conformance
