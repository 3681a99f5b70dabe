// queryGraph through libonnxifi.so.1: what an honest plugin says reaches the
// client, what a lying one says does not; and tables of other versions.
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/model_builder.h"
#include "tests/fixtures/fake_answer.h"

namespace {

using namespace onnxifi::fixtures;  // NOLINT: the names of the lies
using onnxifi::wire::ModelBuilder;

// Two backends each, in this order.
constexpr const char* kPlugins[] = {"interface_good", "interface_before_query",
                                    "interface_only_run", "good"};
enum Which : size_t { kGood = 0, kBeforeQuery = 2, kOnlyRun = 4, kNoTable = 6 };
constexpr size_t kBackends = 2 * std::size(kPlugins);

// Runs before main, because the loader reads the environment once.
const bool g_environment = [] {
  std::string list;
  for (const char* name : kPlugins) {
    list += std::string(":") + ONNXIFI_FIXTURE_DIR + "/libonnxifi-fake_" +
            name + ".so";
  }
  setenv("ONNXIFI_PLUGIN_FILES", list.c_str(), 1);
  setenv("ONNXIFI_PROBE", "0", 1);
  return true;
}();

std::string LastError() {
  size_t size = 0;
  EXPECT_EQ(onnxifiGetLastError(nullptr, &size), ONNXIFI_STATUS_FALLBACK);
  std::string text(size, '\0');
  EXPECT_EQ(onnxifiGetLastError(text.data(), &size), ONNXIFI_STATUS_SUCCESS);
  text.pop_back();
  return text;
}

// As many nodes as the fake plugin answers for.
std::string Model(uint32_t nodes = kFakeNodes) {
  ModelBuilder builder;
  for (uint32_t i = 0; i < nodes; ++i) {
    builder.Node("Relu", {"x" + std::to_string(i)},
                 {"x" + std::to_string(i + 1)});
  }
  return builder.Build();
}

// What a client's function got.
struct Answer {
  int calls = 0;
  std::vector<onnxNodeSupport> nodes;
  std::vector<std::string> reasons;
  // What it answers.
  onnxStatus status = ONNXIFI_STATUS_SUCCESS;
  bool throws = false;
};

onnxStatus Keep(void* context, uint32_t count, const onnxNodeSupport* nodes) {
  auto* answer = static_cast<Answer*>(context);
  ++answer->calls;
  const auto* at = reinterpret_cast<const char*>(nodes);
  for (uint32_t i = 0; i < count; ++i, at += nodes->structSize) {
    onnxNodeSupport node;
    std::memcpy(&node, at, sizeof(node));
    answer->nodes.push_back(node);
    answer->reasons.emplace_back(node.reason == nullptr ? "" : node.reason);
  }
  if (answer->throws) throw std::runtime_error("receiver");
  return answer->status;
}

class QueryAnswerTest : public testing::Test {
 protected:
  void SetUp() override {
    size_t count = kBackends;
    ids_.resize(count);
    ASSERT_EQ(onnxGetBackendIDs(ids_.data(), &count), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(count, kBackends);
  }
  void TearDown() override {
    for (onnxBackendID id : ids_) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }

  const onnxPluginInterface* Table(size_t which) {
    onnxExtensionFunctionPointer found = nullptr;
    EXPECT_EQ(onnxGetExtensionFunctionAddress(
                  ids_[which], ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found),
              ONNXIFI_STATUS_SUCCESS);
    onnxHostInterface host = {};
    host.structSize = sizeof(host);
    host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
    const onnxPluginInterface* table = nullptr;
    EXPECT_EQ(reinterpret_cast<onnxGetInterfaceFunction>(
                  reinterpret_cast<void*>(found))(ids_[which], &host, &table),
              ONNXIFI_STATUS_SUCCESS);
    return table;
  }

  onnxQueryGraphArguments Arguments(const std::string& model,
                                    Answer* answer) const {
    onnxQueryGraphArguments query = {};
    query.structSize = sizeof(query);
    query.backendID = ids_[kGood];
    query.onnxModel = model.data();
    query.onnxModelSize = model.size();
    query.receive = &Keep;
    query.receiveContext = answer;
    return query;
  }

  // The fake plugin reads no descriptor: their number chooses what it does.
  onnxStatus Query(uint32_t behaviour, Answer* answer) {
    const std::string model = Model();
    onnxQueryGraphArguments query = Arguments(model, answer);
    query.weightsCount = behaviour;
    const onnxTensorDescriptorV1 weights[kFakeAnswers] = {};
    query.weightDescriptors = weights;
    return Table(kGood)->queryGraph(&query);
  }

  std::vector<onnxBackendID> ids_;
};

TEST_F(QueryAnswerTest, R_ext_25_AnHonestAnswerGetsThrough) {
  Answer answer;
  ASSERT_EQ(Query(kHonest, &answer), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(answer.calls, 1);
  ASSERT_EQ(answer.nodes.size(), kFakeNodes);
  // The elements of a later version keep their stride.
  EXPECT_GT(answer.nodes[0].structSize, sizeof(onnxNodeSupport));
  EXPECT_EQ(answer.nodes[0].support, uint32_t{ONNXIFI_SUPPORT_NATIVE});
  EXPECT_EQ(answer.nodes[0].costNs, 1000);
  EXPECT_EQ(answer.nodes[0].workspaceBytes, 64);
  EXPECT_EQ(answer.nodes[1].support, uint32_t{ONNXIFI_SUPPORT_EMULATED});
  EXPECT_EQ(answer.nodes[1].group, 5);
  EXPECT_EQ(answer.nodes[1].hostInputs, 2u);
  EXPECT_EQ(answer.nodes[2].status, ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_EQ(answer.reasons[2], "fake: no");
}

TEST_F(QueryAnswerTest, ALieNeverReachesTheClient) {
  const struct {
    FakeAnswer lie;
    const char* text;
  } kRows[] = {
      {kNoAnswer, "without an answer"},
      {kOtherThread, "another thread"},
      {kTooMany, "another number of nodes"},
      {kTooFew, "another number of nodes"},
      {kNullNodes, "gives none"},
      {kOddAddress, "not aligned"},
      {kNoStride, "structSize"},
      {kSmallStride, "structSize"},
      {kOddStride, "structSize"},
      {kHugeStride, "structSize"},
      {kMixedStrides, "differ"},
      {kUnknownSupport, "ONNXIFI_SUPPORT_"},
      {kUnknownStatus, "status of a node"},
      {kFallbackStatus, "status of a node"},
      {kRefusedWithoutStatus, "contradict"},
      {kSupportedWithStatus, "contradict"},
      {kBadGroup, "below -1"},
      {kBadCost, "below -1"},
      {kBadWorkspace, "below -1"},
      {kThrows, "throws"},
  };
  for (const auto& row : kRows) {
    Answer answer;
    EXPECT_EQ(Query(row.lie, &answer), ONNXIFI_STATUS_INTERNAL_ERROR)
        << row.lie;
    EXPECT_EQ(answer.calls, 0) << row.lie;
    EXPECT_NE(LastError().find(row.text), std::string::npos) << LastError();
    // The plugin is to blame.
    EXPECT_NE(LastError().find("fake_interface_good"), std::string::npos)
        << LastError();
  }
}

TEST_F(QueryAnswerTest, ALieAfterTheAnswerFailsTheCall) {
  const struct {
    FakeAnswer lie;
    const char* text;
  } kRows[] = {{kTwice, "more than once"},
               {kFailsAfterwards, "and then fails"},
               {kReturnsFallback, "not one of this function"}};
  for (const auto& row : kRows) {
    Answer answer;
    EXPECT_EQ(Query(row.lie, &answer), ONNXIFI_STATUS_INTERNAL_ERROR);
    EXPECT_EQ(answer.calls, 1);
    EXPECT_NE(LastError().find(row.text), std::string::npos) << LastError();
  }
  // An error instead of an answer is the plugin's right.
  Answer answer;
  EXPECT_EQ(Query(kFailsAtOnce, &answer), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_EQ(answer.calls, 0);
}

TEST_F(QueryAnswerTest, TheReceiverEndsTheCall) {
  const struct {
    onnxStatus answer;
    onnxStatus status;
  } kRows[] = {
      {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_NO_SYSTEM_MEMORY},
      {ONNXIFI_STATUS_FALLBACK, ONNXIFI_STATUS_INTERNAL_ERROR},
      {12345, ONNXIFI_STATUS_INTERNAL_ERROR}};
  for (const FakeAnswer behaviour : {kHonest, kIgnoresReceiver}) {
    for (const auto& row : kRows) {
      Answer answer;
      answer.status = row.answer;
      EXPECT_EQ(Query(behaviour, &answer), row.status);
      EXPECT_EQ(answer.calls, 1);
      EXPECT_NE(LastError().find("receive"), std::string::npos) << LastError();
    }
    // The exception does not pass through the plugin.
    Answer answer;
    answer.throws = true;
    EXPECT_EQ(Query(behaviour, &answer), ONNXIFI_STATUS_INTERNAL_ERROR);
    EXPECT_NE(LastError().find("receive throws"), std::string::npos)
        << LastError();
  }
}

// Such a model is the plugin's to judge.
TEST_F(QueryAnswerTest, AModelThatCannotBeCounted) {
  Answer answer;
  const std::string model = "\x0b\x0c";  // a group
  const onnxQueryGraphArguments query = Arguments(model, &answer);
  EXPECT_EQ(Table(kGood)->queryGraph(&query), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answer.nodes.size(), kFakeNodes);
}

TEST_F(QueryAnswerTest, WrongArgumentsAreRefusedInOrder) {
  const onnxPluginInterface* table = Table(kGood);
  const std::string model = Model();
  Answer answer;
  EXPECT_EQ(table->queryGraph(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  onnxQueryGraphArguments query = {};
  const auto expect = [&](onnxStatus status) {
    EXPECT_EQ(table->queryGraph(&query), status) << LastError();
  };
  query.structSize = sizeof(query) - 1;
  expect(ONNXIFI_STATUS_INVALID_SIZE);
  query.structSize = sizeof(query);
  query.next = &query;
  expect(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  query.next = nullptr;
  expect(ONNXIFI_STATUS_INVALID_ID);
  query.backendID = ids_[kGood];
  query.weightsCount = 1;
  expect(ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_NE(LastError().find("onnxModel"), std::string::npos) << LastError();
  query.onnxModel = model.data();
  expect(ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_NE(LastError().find("weightDescriptors"), std::string::npos)
      << LastError();
  query.weightsCount = 0;
  expect(ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_NE(LastError().find("receive"), std::string::npos) << LastError();
  query.receive = &Keep;
  query.receiveContext = &answer;
  expect(ONNXIFI_STATUS_INVALID_SIZE);
  query.onnxModelSize = model.size();
  // The pointer of no descriptors is not for the plugin to see.
  query.weightDescriptors =
      reinterpret_cast<const onnxTensorDescriptorV1*>(uintptr_t{8});
  expect(ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answer.calls, 1);
}

// A client of a later version knows members that this loader does not.
TEST_F(QueryAnswerTest, R_ext_3_LargerArgumentsAreFine) {
  const std::string model = Model();
  Answer answer;
  struct {
    onnxQueryGraphArguments known;
    uint64_t later;
  } query = {Arguments(model, &answer), 42};
  query.known.structSize = sizeof(query);
  EXPECT_EQ(Table(kGood)->queryGraph(&query.known), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answer.calls, 1);
}

// The table as a host knows it that was built before queryGraph.
struct OlderInterface {
  uint32_t structSize;
  uint32_t version;
  onnxCheckModelCall checkModel;
  onnxInitGraphCall initGraph;
  onnxRunValuesCall runValues;
};

TEST_F(QueryAnswerTest, AnOlderHostUsesWhatItKnows) {
  static_assert(sizeof(OlderInterface) ==
                offsetof(onnxPluginInterface, queryGraph));
  for (const size_t which : {size_t{kGood}, size_t{kBeforeQuery}}) {
    OlderInterface older;
    std::memcpy(&older, Table(which), sizeof(older));
    EXPECT_GE(older.structSize, sizeof(older));
    EXPECT_EQ(older.version, uint32_t{ONNXIFI_INTERFACE_VERSION_1_1});
    const onnxCheckModelArguments check = {sizeof(check), 0,       nullptr,
                                           ids_[which],   "model", 5};
    EXPECT_EQ(older.checkModel(&check), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(older.initGraph(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
    EXPECT_EQ(older.runValues(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  }
}

// Its function is there, but behind the end that its table states.
TEST_F(QueryAnswerTest, AnOlderPluginHasNoQuery) {
  const onnxPluginInterface* table = Table(kBeforeQuery);
  EXPECT_NE(table->runValues, nullptr);
  EXPECT_EQ(table->queryGraph, nullptr);
  // Nor through the table of another backend.
  const std::string model = Model();
  for (const size_t which :
       {size_t{kBeforeQuery}, size_t{kOnlyRun}, size_t{kNoTable}}) {
    Answer answer;
    onnxQueryGraphArguments query = Arguments(model, &answer);
    query.backendID = ids_[which];
    EXPECT_EQ(Table(kGood)->queryGraph(&query),
              ONNXIFI_STATUS_UNSUPPORTED_VERSION);
    EXPECT_EQ(answer.calls, 0);
  }
}

}  // namespace
