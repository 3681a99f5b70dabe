// queryGraph: what a backend says of the graph it sees, told for the nodes of
// the model that the client gave.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {
namespace {

using wire::AttrInt;
using wire::FunctionBytes;
using wire::ModelBuilder;
using wire::NodeBytes;
using wire::WireWriter;

constexpr int32_t kFloat = wire::kFloat;
constexpr uint32_t kNone = ONNXIFI_SUPPORT_NONE;
constexpr uint32_t kNative = ONNXIFI_SUPPORT_NATIVE;
constexpr uint32_t kEmulated = ONNXIFI_SUPPORT_EMULATED;

// What a client's function got, and what it answers.
struct Answer {
  int calls = 0;
  std::vector<onnxNodeSupport> nodes;
  std::vector<std::string> reasons;
  onnxStatus status = ONNXIFI_STATUS_SUCCESS;
  bool throws = false;

  std::vector<uint32_t> support() const {
    std::vector<uint32_t> all;
    for (const onnxNodeSupport& node : nodes) all.push_back(node.support);
    return all;
  }
};
using Support = std::vector<uint32_t>;

onnxStatus Keep(void* context, uint32_t count, const onnxNodeSupport* nodes) {
  auto* answer = static_cast<Answer*>(context);
  ++answer->calls;
  for (uint32_t i = 0; i < count; ++i) {
    EXPECT_EQ(nodes[i].structSize, sizeof(onnxNodeSupport));
    EXPECT_EQ(nodes[i].status == ONNXIFI_STATUS_SUCCESS,
              nodes[i].support != kNone);
    answer->nodes.push_back(nodes[i]);
    answer->reasons.emplace_back(nodes[i].reason == nullptr ? ""
                                                            : nodes[i].reason);
  }
  if (answer->throws) throw std::runtime_error("from the client");
  return answer->status;
}

class QueryGraphTest : public ValuesTest {
 protected:
  onnxStatus Query(const std::string& model, Answer* answer,
                   const std::vector<onnxTensorDescriptorV1>& weights = {},
                   onnxBackendID id = nullptr) {
    const onnxQueryGraphArguments query = {
        sizeof(query),  static_cast<uint32_t>(weights.size()),
        nullptr,        id == nullptr ? id_ : id,
        model.data(),   model.size(),
        weights.data(), &Keep,
        answer};
    return table_->queryGraph(&query);
  }

  // Refused by initGraph exactly when a node is not supported.
  Answer Ask(const std::string& model) {
    Answer answer;
    EXPECT_EQ(Query(model, &answer), ONNXIFI_STATUS_SUCCESS) << LastError();
    EXPECT_EQ(answer.calls, 1);
    onnxStatus refusal = ONNXIFI_STATUS_SUCCESS;
    for (const onnxNodeSupport& node : answer.nodes) {
      if (refusal == ONNXIFI_STATUS_SUCCESS) refusal = node.status;
    }
    EXPECT_EQ(Check(model), refusal) << LastError();
    onnxGraph graph = nullptr;
    EXPECT_EQ(Init(model, &graph), refusal) << LastError();
    if (graph != nullptr) {
      EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
    }
    return answer;
  }
};

// A model on float lists a and b of two elements that makes y of them.
ModelBuilder OnTwo() {
  return ModelBuilder()
      .Opset("mine", 1)
      .Input("a", kFloat, {2})
      .Input("b", kFloat, {2})
      .Output("y", kFloat, {2});
}

std::string Function(const char* name, const wire::Names& inputs,
                     const wire::Names& outputs, const wire::Names& nodes) {
  return FunctionBytes("mine", name, inputs, outputs, nodes, 17);
}

const std::string kToFloat = AttrInt("to", kFloat);

TEST_F(QueryGraphTest, R_ext_24_R_ext_25_OneAnswerForEachNodeInOrder) {
  const std::string model = OnTwo()
                                .Node("Add", {"a", "b"}, {"c"})
                                .Node("Relu", {"c"}, {"d"}, {}, "", "relu")
                                .Node("Cast", {"d"}, {"e"}, {kToFloat})
                                .Node("Tanh", {"e"}, {"y"})
                                .Build();
  const Answer answer = Ask(model);
  EXPECT_EQ(answer.support(), (Support{kNative, kNone, kNative, kNone}));
  // In the words that the other functions use for the first.
  EXPECT_EQ(onnxGetBackendCompatibility(id_, model.size(), model.data()),
            answer.nodes[1].status);
  EXPECT_EQ(answer.reasons[1], LastError());
  EXPECT_NE(answer.reasons[1].find("'relu' (Relu)"), std::string::npos);
  EXPECT_NE(answer.reasons[3].find("(Tanh)"), std::string::npos);
  EXPECT_EQ(answer.reasons[0], "");
  // The backend tells nothing else.
  for (const onnxNodeSupport& node : answer.nodes) {
    EXPECT_EQ(node.group, -1);
    EXPECT_EQ(node.hostInputs, 0u);
    EXPECT_EQ(node.costNs, -1);
    EXPECT_EQ(node.workspaceBytes, -1);
  }
}

TEST_F(QueryGraphTest, WhatTheBackendTellsGetsThrough) {
  Fake().tell_more = true;
  const Answer answer = Ask(OnTwo()
                                .Node("Add", {"a", "b"}, {"c"})
                                .Node("Cast", {"c"}, {"d"}, {kToFloat})
                                .Node("Identity", {"d"}, {"y"})
                                .Build());
  ASSERT_EQ(answer.support(), (Support{kNative, kEmulated, kNative}));
  EXPECT_EQ(answer.nodes[0].group, 1);
  EXPECT_EQ(answer.nodes[0].hostInputs, 2u);
  EXPECT_EQ(answer.nodes[0].costNs, 100);
  EXPECT_EQ(answer.nodes[0].workspaceBytes, 10);
  EXPECT_EQ(answer.nodes[1].group, 2);
  EXPECT_EQ(answer.nodes[1].costNs, 7);
  EXPECT_EQ(answer.nodes[2].costNs, -1);
}

TEST_F(QueryGraphTest, AllNodesAreAskedAtOnce) {
  Answer answer;
  ASSERT_EQ(Query(models::Add(), &answer), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Check(models::Add()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Fake().without_facts, 0);
}

TEST_F(QueryGraphTest, ConstantsAreNoWork) {
  const std::string value =
      wire::AttrTensor("value", wire::TensorOf<float>("", kFloat, {2}, {1, 2}));
  const Answer answer = Ask(OnTwo()
                                .Node("Constant", {}, {"k"}, {value})
                                .Node("Add", {"a", "k"}, {"y"})
                                .Build());
  ASSERT_EQ(answer.support(), (Support{kNative, kNative}));
  EXPECT_EQ(answer.nodes[0].costNs, 0);
  EXPECT_EQ(answer.nodes[0].workspaceBytes, 0);
  EXPECT_EQ(answer.nodes[1].costNs, -1);
}

TEST_F(QueryGraphTest, R_ext_26_ACallIsAnsweredAsAWhole) {
  Fake().tell_more = true;
  const Answer answer =
      Ask(OnTwo()
              .Function(Function("Both", {"p", "q"}, {"r"},
                                 {NodeBytes("Add", {"p", "q"}, {"s"}),
                                  NodeBytes("Cast", {"s"}, {"r"}, {kToFloat})}))
              .Function(Function("Refused", {"p"}, {"r"},
                                 {NodeBytes("Tanh", {"p"}, {"s"}),
                                  NodeBytes("Relu", {"s"}, {"t"}),
                                  NodeBytes("Add", {"t", "p"}, {"r"})}))
              .Function(Function("Unknown", {"p"}, {"r"},
                                 {NodeBytes("Identity", {"p"}, {"s"}),
                                  NodeBytes("Add", {"s", "s"}, {"r"})}))
              .Node("Both", {"a", "b"}, {"c"}, {}, "mine")
              .Node("Refused", {"c"}, {"d"}, {}, "mine")
              .Node("Unknown", {"d"}, {"e"}, {}, "mine")
              .Node("Both", {"d", "e"}, {"y"}, {}, "mine")
              .Build());
  ASSERT_EQ(answer.support(), (Support{kEmulated, kNone, kNative, kEmulated}));
  for (const size_t i : {0, 3}) {
    EXPECT_EQ(answer.nodes[i].costNs, 107);
    EXPECT_EQ(answer.nodes[i].workspaceBytes, 50);
  }
  // The first reason; a cost of which a part is not known is not known.
  EXPECT_NE(answer.reasons[1].find("(Tanh)"), std::string::npos);
  EXPECT_EQ(answer.nodes[1].costNs, -1);
  EXPECT_EQ(answer.nodes[1].hostInputs, 0u);
  EXPECT_EQ(answer.nodes[2].costNs, -1);
  EXPECT_EQ(answer.nodes[2].workspaceBytes, -1);
}

TEST_F(QueryGraphTest, AGroupStaysWholeWhenACallIsInTwo) {
  Fake().tell_more = true;
  const Answer answer =
      Ask(OnTwo()
              .Function(Function("Both", {"p", "q"}, {"r"},
                                 {NodeBytes("Add", {"p", "q"}, {"s"}),
                                  NodeBytes("Cast", {"s"}, {"r"}, {kToFloat})}))
              .Node("Cast", {"a"}, {"c"}, {kToFloat})
              .Node("Both", {"c", "b"}, {"d"}, {}, "mine")
              .Node("Identity", {"d"}, {"e"})
              .Node("Add", {"d", "e"}, {"y"})
              .Build());
  ASSERT_EQ(answer.nodes.size(), 4u);
  EXPECT_GE(answer.nodes[0].group, 0);
  EXPECT_EQ(answer.nodes[0].group, answer.nodes[1].group);
  EXPECT_EQ(answer.nodes[3].group, answer.nodes[1].group);
  EXPECT_EQ(answer.nodes[2].group, -1);
}

TEST_F(QueryGraphTest, HostInputsAreThoseOfTheCall) {
  Fake().tell_more = true;
  const Answer answer =
      Ask(OnTwo()
              .Function(Function("Swapped", {"p", "unused", "q"}, {"r"},
                                 {NodeBytes("Add", {"q", "p"}, {"r"})}))
              .Function(Function("Inside", {"p", "q"}, {"r"},
                                 {NodeBytes("Cast", {"q"}, {"s"}, {kToFloat}),
                                  NodeBytes("Add", {"p", "s"}, {"r"})}))
              .Node("Swapped", {"a", "b", "b"}, {"c"}, {}, "mine")
              .Node("Inside", {"b", "c"}, {"y"}, {}, "mine")
              .Build());
  ASSERT_EQ(answer.nodes.size(), 2u);
  EXPECT_EQ(answer.nodes[0].hostInputs, 1u);
  EXPECT_EQ(answer.nodes[1].hostInputs, 0u);
}

// A result of a function that no call asks for: its nodes are still there.
TEST_F(QueryGraphTest, R_ext_27_NodesThatNobodyReadsAreRefusedToo) {
  const auto model = [](const wire::Names& body) {
    return OnTwo()
        .Function(Function("Two", {"p"}, {"r", "s"}, body))
        .Node("Add", {"a", "b"}, {"c"})
        .Node("Two", {"c"}, {"d", ""}, {}, "mine")
        .Node("Add", {"d", "c"}, {"e"})
        .Node("Add", {"e", "c"}, {"y"})
        .Build();
  };
  const std::string add = NodeBytes("Add", {"p", "p"}, {"r"});
  const std::string relu = NodeBytes("Relu", {"p"}, {"s"});
  for (const wire::Names& body :
       {wire::Names{add, relu}, wire::Names{relu, add}}) {
    const Answer answer = Ask(model(body));
    ASSERT_EQ(answer.nodes.size(), 4u);
    EXPECT_EQ(answer.nodes[1].support, kNone);
    EXPECT_EQ(answer.nodes[3].support, kNative);
  }
}

TEST_F(QueryGraphTest, AGradientIsAnsweredForAllThatItBecomes) {
  const std::string xs =
      WireWriter().Bytes(1, "xs").Bytes(9, "a").Varint(20, 8).bytes();
  const Answer answer =
      Ask(OnTwo()
              .Opset("ai.onnx.preview.training", 1)
              .Output("d", kFloat, {2})
              .Node("Add", {"a", "b"}, {"y"})
              .Node("Gradient", {"a"}, {"d"}, {xs, wire::AttrString("y", "y")},
                    "ai.onnx.preview.training", "grad")
              .Build());
  ASSERT_EQ(answer.support(), (Support{kNative, kNone}));
  EXPECT_NE(answer.reasons[1].find("'grad/"), std::string::npos)
      << answer.reasons[1];
}

TEST_F(QueryGraphTest, BodiesHaveNoAnswersOfTheirOwn) {
  const auto body = [](const char* op) {
    const std::string graph = ModelBuilder()
                                  .Output("made", kFloat, {2})
                                  .Node(op, {"a"}, {"made"})
                                  .BuildGraph();
    return graph;
  };
  const Answer answer =
      Ask(OnTwo()
              .Input("c", wire::kBool, {})
              .Node("If", {"c"}, {"x"},
                    {wire::AttrGraph("then_branch", body("Identity")),
                     wire::AttrGraph("else_branch", body("Relu"))})
              .Node("Add", {"x", "b"}, {"y"})
              .Build());
  EXPECT_EQ(answer.support(), (Support{kNone, kNative}));
}

TEST_F(QueryGraphTest, R_ext_27_WhatInputsNeedIsAskedOfTheirReaders) {
  Answer answer;
  const std::string model = ModelBuilder()
                                .Input("s", kFloat, {"N"})
                                .Input("f", kFloat, {2})
                                .Output("y", kFloat, {2})
                                .Output("z", kFloat, {"N"})
                                .Node("Add", {"f", "f"}, {"y"})
                                .Node("Add", {"s", "s"}, {"t"})
                                .Node("Add", {"t", "t"}, {"z"})
                                .Build();
  ASSERT_EQ(Query(model, &answer, {}, other_id_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answer.support(), (Support{kNative, kNone, kNative}));
  EXPECT_EQ(answer.nodes[1].status, ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
  EXPECT_NE(answer.reasons[1].find("'s'"), std::string::npos);
  EXPECT_EQ(Ask(model).support(), (Support{kNative, kNative, kNative}));
  // Values carry what descriptors cannot.
  EXPECT_EQ(Ask(models::SequenceIdentity()).support(), (Support{kNative}));
}

TEST_F(QueryGraphTest, R_ext_28_WhatCannotBeReadIsRefused) {
  const struct {
    std::string model;
    onnxStatus status;
  } kRows[] = {{models::BadOperator(), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR},
               {models::NewOpset(), ONNXIFI_STATUS_UNSUPPORTED_VERSION},
               {models::NewIr(), ONNXIFI_STATUS_UNSUPPORTED_VERSION},
               {OnTwo()
                    .Opset("theirs", 1)
                    .Node("Theirs", {"a", "b"}, {"c"}, {}, "theirs")
                    .Node("Add", {"b", "c"}, {"y"})
                    .Build(),
                ONNXIFI_STATUS_UNSUPPORTED_VERSION}};
  for (const auto& row : kRows) {
    const Answer answer = Ask(row.model);
    ASSERT_FALSE(answer.nodes.empty());
    for (size_t i = 0; i < answer.nodes.size(); ++i) {
      EXPECT_EQ(answer.nodes[i].status, row.status);
      EXPECT_FALSE(answer.reasons[i].empty());
      EXPECT_EQ(answer.nodes[i].costNs, -1);
    }
  }
}

TEST_F(QueryGraphTest, WhatIsValidNowhereIsAnError) {
  const struct {
    std::string model;
    onnxStatus status;
  } kRows[] = {{models::Junk(), ONNXIFI_STATUS_INVALID_PROTOBUF},
               {models::NoGraph(), ONNXIFI_STATUS_INVALID_MODEL},
               {models::BadShape(), ONNXIFI_STATUS_MISMATCHING_SHAPE},
               {models::BadType(), ONNXIFI_STATUS_MISMATCHING_DATATYPE}};
  for (const auto& row : kRows) {
    Answer answer;
    EXPECT_EQ(Query(row.model, &answer), row.status) << LastError();
    EXPECT_EQ(answer.calls, 0);
  }
}

TEST_F(QueryGraphTest, WeightsByDescriptorsAreNotCopied) {
  const std::vector<float> data(6, 1);
  const Tensor weight = {"w", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, data.data()};
  Answer answer;
  ASSERT_EQ(Query(models::WeightByDescriptor(), &answer, Descriptors({weight})),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(answer.support(), (Support{kNative}));
  EXPECT_EQ(Fake().constant, data.data());
  // Without them it is an input.
  ASSERT_EQ(Query(models::WeightByDescriptor(), &answer),
            ONNXIFI_STATUS_SUCCESS);
  const auto expect = [&](onnxTensorDescriptorV1 bad, const std::string& model,
                          onnxStatus status) {
    Answer none;
    EXPECT_EQ(Query(model, &none, {bad}), status) << LastError();
    EXPECT_EQ(none.calls, 0);
  };
  const onnxTensorDescriptorV1 good = weight.Descriptor();
  expect(good, models::WeightByInitializer(), ONNXIFI_STATUS_INVALID_MODEL);
  onnxTensorDescriptorV1 bad = good;
  bad.tag = 1;
  expect(bad, models::WeightByDescriptor(), ONNXIFI_STATUS_UNSUPPORTED_TAG);
  bad = good;
  bad.name = "other";
  expect(bad, models::WeightByDescriptor(), ONNXIFI_STATUS_INVALID_NAME);
  bad = good;
  bad.memoryType = ONNXIFI_MEMORY_TYPE_CUDA_BUFFER;
  expect(bad, models::WeightByDescriptor(),
         ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
}

TEST_F(QueryGraphTest, ArgumentsAreCheckedInOrder) {
  const std::string model = models::Add();
  Answer answer;
  onnxQueryGraphArguments query = {};
  query.structSize = sizeof(query);
  query.backendID = Garbage();
  const auto expect = [&](onnxStatus status, const char* text) {
    EXPECT_EQ(table_->queryGraph(&query), status);
    EXPECT_NE(LastError().find(text), std::string::npos) << LastError();
  };
  expect(ONNXIFI_STATUS_INVALID_ID, "backend ID");
  query.backendID = id_;
  query.weightsCount = 1;
  expect(ONNXIFI_STATUS_INVALID_POINTER, "onnxModel");
  query.onnxModel = model.data();
  expect(ONNXIFI_STATUS_INVALID_POINTER, "weightDescriptors");
  query.weightsCount = 0;
  expect(ONNXIFI_STATUS_INVALID_POINTER, "receive");
  query.receive = &Keep;
  query.receiveContext = &answer;
  expect(ONNXIFI_STATUS_INVALID_SIZE, "onnxModelSize");
  query.onnxModelSize = model.size();
  EXPECT_EQ(table_->queryGraph(&query), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(QueryGraphTest, TheReceiverEndsTheCall) {
  const struct {
    onnxStatus answer;
    onnxStatus status;
  } kRows[] = {
      {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_NO_SYSTEM_MEMORY},
      {ONNXIFI_STATUS_FALLBACK, ONNXIFI_STATUS_INTERNAL_ERROR},
      {12345, ONNXIFI_STATUS_INTERNAL_ERROR},
      {-1, ONNXIFI_STATUS_INTERNAL_ERROR}};
  for (const auto& row : kRows) {
    Answer answer;
    answer.status = row.answer;
    EXPECT_EQ(Query(models::Add(), &answer), row.status);
    EXPECT_EQ(answer.calls, 1);
    EXPECT_NE(LastError().find("client's function"), std::string::npos)
        << LastError();
  }
  Answer answer;
  answer.throws = true;
  EXPECT_EQ(Query(models::Add(), &answer), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("from the client"), std::string::npos);
}

TEST_F(QueryGraphTest, ABackendThatFailsIsAnError) {
  const auto expect = [&](onnxStatus status) {
    Answer answer;
    EXPECT_EQ(Query(models::Add(), &answer), status);
    EXPECT_EQ(answer.calls, 0);
    EXPECT_EQ(Check(models::Add()), status);
  };
  Fake().forget_answer = true;
  expect(ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("asked about 1 nodes"), std::string::npos)
      << LastError();
  Fake().forget_answer = false;
  Fake().query_status = ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
  expect(ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  Fake().query_status = ONNXIFI_STATUS_SUCCESS;
  Fake().throw_in_query = true;
  expect(ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST_F(QueryGraphTest, AModelWithoutNodes) {
  const Answer answer = Ask(
      ModelBuilder().Input("x", kFloat, {2}).Output("x", kFloat, {2}).Build());
  EXPECT_TRUE(answer.nodes.empty());
}

}  // namespace
}  // namespace onnxifi::testing
