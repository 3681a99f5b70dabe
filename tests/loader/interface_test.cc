// Interface 1.1 through libonnxifi.so.1: an honest plugin, one that offers a
// part, and several that lie.
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#include <cstdlib>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr char kModel[] = "model";
constexpr uint32_t kVersion = ONNXIFI_INTERFACE_VERSION_1_1;

// Two backends each, in this order.
constexpr const char* kPlugins[] = {
    "interface_good", "interface_only_run", "interface_short",
    // Those whose table is refused.
    "interface_no_size", "interface_old", "interface_new", "interface_empty",
    "interface_null", "interface_odd", "interface_refused", "interface_throws",
    // Without the function at all.
    "good", "core_only"};
enum Backend : size_t { kGood = 0, kOnlyRun = 2, kShort = 4, kRefused = 6 };
constexpr size_t kBackends = 2 * std::size(kPlugins);
constexpr size_t kWithout = kBackends - 4;

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

onnxHostInterface Host() {
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = kVersion;
  host.maxVersion = kVersion;
  return host;
}

class InterfaceTest : public testing::Test {
 protected:
  void SetUp() override {
    size_t count = kBackends;
    ids_.resize(count);
    ASSERT_EQ(onnxGetBackendIDs(ids_.data(), &count), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(count, kBackends);
  }
  void TearDown() override {
    for (onnxGraph graph : graphs_) {
      EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
    }
    for (onnxBackend backend : backends_) {
      EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
    }
    for (onnxBackendID id : ids_) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }

  onnxGetInterfaceFunction Find(size_t which) {
    onnxExtensionFunctionPointer found = nullptr;
    const onnxStatus status = onnxGetExtensionFunctionAddress(
        ids_[which], ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found);
    EXPECT_EQ(found != nullptr, status == ONNXIFI_STATUS_SUCCESS);
    if (found == nullptr) {
      EXPECT_EQ(status, ONNXIFI_STATUS_UNIDENTIFIED_NAME);
    }
    return reinterpret_cast<onnxGetInterfaceFunction>(
        reinterpret_cast<void*>(found));
  }
  const onnxPluginInterface* Table(size_t which) {
    const onnxGetInterfaceFunction get = Find(which);
    const onnxPluginInterface* table = nullptr;
    const onnxHostInterface host = Host();
    EXPECT_EQ(get(ids_[which], &host, &table), ONNXIFI_STATUS_SUCCESS);
    return table;
  }
  std::string Extensions(size_t which) {
    char text[300] = {};
    size_t size = sizeof(text);
    EXPECT_EQ(onnxGetBackendInfo(ids_[which], ONNXIFI_BACKEND_EXTENSIONS, text,
                                 &size),
              ONNXIFI_STATUS_SUCCESS);
    return text;
  }
  onnxBackend NewBackend(size_t which) {
    onnxBackend backend = nullptr;
    EXPECT_EQ(onnxInitBackend(ids_[which], nullptr, &backend),
              ONNXIFI_STATUS_SUCCESS);
    backends_.push_back(backend);
    return backend;
  }
  // By the core function.
  onnxGraph NewGraph(size_t which) {
    onnxGraph graph = nullptr;
    EXPECT_EQ(onnxInitGraph(NewBackend(which), nullptr, sizeof(kModel), kModel,
                            0, nullptr, &graph),
              ONNXIFI_STATUS_SUCCESS);
    graphs_.push_back(graph);
    return graph;
  }
  void Keep(onnxGraph graph) { graphs_.push_back(graph); }

  std::vector<onnxBackendID> ids_;

 private:
  std::vector<onnxBackend> backends_;
  std::vector<onnxGraph> graphs_;
};

const onnxStringView kStrings[] = {{"ab", 2}, {"c", 1}};
const uint64_t kShape[] = {2};

onnxValue Strings() {
  onnxValue value = {};
  value.structSize = sizeof(value);
  value.kind = ONNXIFI_VALUE_KIND_TENSOR;
  value.name = "x";
  value.dataType = 8;
  value.dimensions = 1;
  value.shape = kShape;
  value.data = kStrings;
  value.dataSize = sizeof(kStrings);
  return value;
}

onnxStatus Collect(void* context, uint32_t index, const onnxValue* value) {
  const auto* strings = static_cast<const onnxStringView*>(value->data);
  *static_cast<std::string*>(context) =
      std::to_string(index) + value->name + ":" +
      std::string(strings[0].data, strings[0].size) +
      std::string(strings[1].data, strings[1].size);
  return ONNXIFI_STATUS_SUCCESS;
}

onnxRunValuesArguments RunArguments(onnxGraph graph, const onnxValue* inputs,
                                    uint32_t count, std::string* out) {
  onnxRunValuesArguments run = {};
  run.structSize = sizeof(run);
  run.inputsCount = count;
  run.graph = graph;
  run.inputs = inputs;
  run.receive = &Collect;
  run.receiveContext = out;
  return run;
}

TEST_F(InterfaceTest, OnlyTablesThatCanBeUsedAreOffered) {
  for (size_t i = 0; i < kBackends; ++i) {
    SCOPED_TRACE(kPlugins[i / 2]);
    const bool offered = i < kRefused;
    EXPECT_EQ(Find(i) != nullptr, offered);
    EXPECT_EQ(Extensions(i).find(ONNXIFI_GET_INTERFACE_FUNCTION_NAME) !=
                  std::string::npos,
              offered)
        << Extensions(i);
  }
  EXPECT_EQ(Extensions(kRefused),
            "onnx_extension_function onnxSetIOAndRunGraphFunction "
            "onnxGetLastErrorFunction");
}

TEST_F(InterfaceTest, TheReportSaysWhyATableIsNotUsed) {
  size_t size = 0;
  ASSERT_EQ(onnxifiGetLoadReport(nullptr, &size), ONNXIFI_STATUS_FALLBACK);
  std::string report(size, '\0');
  ASSERT_EQ(onnxifiGetLoadReport(report.data(), &size), ONNXIFI_STATUS_SUCCESS);
  for (const char* reason :
       {"the structSize of its table is too small",
        "its table has a version that was not asked for",
        "its table has no function", "it gives no table",
        "its table is not aligned", "it has no version in common",
        "it throws an exception"}) {
    EXPECT_NE(report.find(reason), std::string::npos) << reason << report;
  }
}

TEST_F(InterfaceTest, TheTableHasWhatThePluginHas) {
  const onnxPluginInterface* good = Table(kGood);
  EXPECT_EQ(good->structSize, sizeof(onnxPluginInterface));
  EXPECT_EQ(good->version, kVersion);
  EXPECT_NE(good->checkModel, nullptr);
  EXPECT_NE(good->initGraph, nullptr);
  EXPECT_NE(good->runValues, nullptr);
  EXPECT_NE(good->queryGraph, nullptr);
  EXPECT_EQ(Table(kGood), good);
  const onnxPluginInterface* only_run = Table(kOnlyRun);
  EXPECT_EQ(only_run->checkModel, nullptr);
  EXPECT_EQ(only_run->initGraph, nullptr);
  EXPECT_EQ(only_run->runValues, good->runValues);
  EXPECT_EQ(only_run->queryGraph, nullptr);
  // Its structSize ends inside the second function.
  const onnxPluginInterface* part = Table(kShort);
  EXPECT_NE(part->checkModel, nullptr);
  EXPECT_EQ(part->initGraph, nullptr);
  EXPECT_EQ(part->runValues, nullptr);
}

TEST_F(InterfaceTest, R_ext_22_VersionsAndArguments) {
  const onnxGetInterfaceFunction get = Find(kGood);
  const onnxPluginInterface* table = nullptr;
  onnxHostInterface host = Host();
  host.minVersion = 0;
  host.maxVersion = 0xffffffff;
  EXPECT_EQ(get(ids_[kGood], &host, &table), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(table->version, kVersion);
  host.minVersion = kVersion + 1;
  EXPECT_EQ(get(ids_[kGood], &host, &table),
            ONNXIFI_STATUS_UNSUPPORTED_VERSION);
  EXPECT_EQ(table, nullptr);
  host = Host();
  host.structSize = sizeof(host) - 1;
  EXPECT_EQ(get(ids_[kGood], &host, &table), ONNXIFI_STATUS_INVALID_SIZE);
  host = Host();
  EXPECT_EQ(get(ids_[kGood], nullptr, &table), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(get(ids_[kGood], &host, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(get(nullptr, &host, &table), ONNXIFI_STATUS_INVALID_ID);
  EXPECT_EQ(get(ids_[kRefused], &host, &table),
            ONNXIFI_STATUS_UNSUPPORTED_VERSION);
  EXPECT_EQ(get(ids_[kWithout], &host, &table),
            ONNXIFI_STATUS_UNSUPPORTED_VERSION);
}

TEST_F(InterfaceTest, HandlesAreTranslated) {
  const onnxPluginInterface* table = Table(kGood);
  onnxCheckModelArguments check = {sizeof(check), 0,      nullptr,
                                   ids_[kGood],   kModel, sizeof(kModel)};
  EXPECT_EQ(table->checkModel(&check), ONNXIFI_STATUS_SUCCESS);
  onnxGraph graph = nullptr;
  onnxInitGraphArguments init = {};
  init.structSize = sizeof(init);
  init.backend = NewBackend(kGood);
  init.onnxModel = kModel;
  init.onnxModelSize = sizeof(kModel);
  init.graph = &graph;
  ASSERT_EQ(table->initGraph(&init), ONNXIFI_STATUS_SUCCESS);
  Keep(graph);
  std::string out;
  const onnxValue x = Strings();
  const auto run = RunArguments(graph, &x, 1, &out);
  EXPECT_EQ(table->runValues(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(out, "0y:abc");
  // A graph of the core function runs on values, too.
  const auto other = RunArguments(NewGraph(kOnlyRun), &x, 1, &out);
  out.clear();
  EXPECT_EQ(Table(kOnlyRun)->runValues(&other), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(out, "0y:abc");
}

TEST_F(InterfaceTest, WrongArgumentsAreRefusedInOrder) {
  const onnxPluginInterface* table = Table(kGood);
  int garbage = 0;
  EXPECT_EQ(table->checkModel(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table->initGraph(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table->runValues(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  onnxCheckModelArguments check = {};
  onnxInitGraphArguments init = {};
  onnxRunValuesArguments run = {};
  const auto expect = [&](onnxStatus c, onnxStatus i, onnxStatus r) {
    EXPECT_EQ(table->checkModel(&check), c) << LastError();
    EXPECT_EQ(table->initGraph(&init), i) << LastError();
    EXPECT_EQ(table->runValues(&run), r) << LastError();
  };
  expect(ONNXIFI_STATUS_INVALID_SIZE, ONNXIFI_STATUS_INVALID_SIZE,
         ONNXIFI_STATUS_INVALID_SIZE);
  check.structSize = sizeof(check);
  init.structSize = sizeof(init);
  run.structSize = sizeof(run);
  check.next = init.next = run.next = &garbage;
  expect(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
         ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
         ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  check.next = init.next = run.next = nullptr;
  expect(ONNXIFI_STATUS_INVALID_ID, ONNXIFI_STATUS_INVALID_POINTER,
         ONNXIFI_STATUS_INVALID_GRAPH);
  onnxGraph graph = &garbage;
  check.backendID = ids_[kGood];
  init.graph = &graph;
  run.graph = NewGraph(kGood);
  expect(ONNXIFI_STATUS_INVALID_POINTER, ONNXIFI_STATUS_INVALID_BACKEND,
         ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(graph, nullptr);
  check.onnxModel = kModel;
  init.backend = NewBackend(kGood);
  run.receive = &Collect;
  run.inputsCount = 1;
  expect(ONNXIFI_STATUS_INVALID_SIZE, ONNXIFI_STATUS_INVALID_POINTER,
         ONNXIFI_STATUS_INVALID_POINTER);
  init.onnxModel = kModel;
  EXPECT_EQ(table->initGraph(&init), ONNXIFI_STATUS_INVALID_SIZE);
  init.weightsCount = 1;
  EXPECT_EQ(table->initGraph(&init), ONNXIFI_STATUS_INVALID_POINTER);
}

// The functions are the same for all backends; what an object's own backend
// does not have is refused.
TEST_F(InterfaceTest, ObjectsOfABackendWithoutTheFunction) {
  const onnxPluginInterface* table = Table(kGood);
  std::string out;
  const onnxValue x = Strings();
  for (const size_t which : {size_t{kShort}, size_t{kRefused}, kWithout}) {
    const auto run = RunArguments(NewGraph(which), &x, 1, &out);
    EXPECT_EQ(table->runValues(&run), ONNXIFI_STATUS_UNSUPPORTED_VERSION);
    onnxGraph graph = &out;
    onnxInitGraphArguments init = {};
    init.structSize = sizeof(init);
    init.backend = NewBackend(which);
    init.onnxModel = kModel;
    init.onnxModelSize = sizeof(kModel);
    init.graph = &graph;
    EXPECT_EQ(table->initGraph(&init), ONNXIFI_STATUS_UNSUPPORTED_VERSION);
    EXPECT_EQ(graph, nullptr);
  }
  const onnxCheckModelArguments check = {
      sizeof(check), 0, nullptr, ids_[kOnlyRun], kModel, sizeof(kModel)};
  EXPECT_EQ(table->checkModel(&check), ONNXIFI_STATUS_UNSUPPORTED_VERSION);
  EXPECT_TRUE(out.empty());
}

TEST_F(InterfaceTest, ThePluginsTextAndBadMannersGetThrough) {
  const onnxPluginInterface* table = Table(kGood);
  std::string out;
  const onnxValue values[4] = {Strings(), Strings(), Strings(), Strings()};
  onnxGraph graph = NewGraph(kGood);
  const auto run = [&](uint32_t count) {
    const auto arguments = RunArguments(graph, values, count, &out);
    return table->runValues(&arguments);
  };
  EXPECT_EQ(run(0), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  EXPECT_EQ(LastError(), "fake: x is missing");
  EXPECT_EQ(run(2), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("runValues"), std::string::npos) << LastError();
  EXPECT_EQ(run(3), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("not one of the interface"), std::string::npos);
  EXPECT_EQ(run(4), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("throws"), std::string::npos);
  onnxGraph made = &out;
  onnxInitGraphArguments init = {};
  init.structSize = sizeof(init);
  init.backend = NewBackend(kGood);
  init.onnxModel = "FAIL";
  init.onnxModelSize = 4;
  init.graph = &made;
  EXPECT_EQ(table->initGraph(&init), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_EQ(LastError(), "fake: node 'n1' (Mystery): not implemented");
  EXPECT_EQ(made, nullptr);
}

TEST_F(InterfaceTest, R_ext_20_TheReceiverCanEndTheCall) {
  const onnxPluginInterface* table = Table(kGood);
  const onnxValue x = Strings();
  onnxRunValuesArguments run = RunArguments(NewGraph(kGood), &x, 1, nullptr);
  run.receive = [](void*, uint32_t, const onnxValue*) -> onnxStatus {
    return ONNXIFI_STATUS_NO_SYSTEM_RESOURCES;
  };
  EXPECT_EQ(table->runValues(&run), ONNXIFI_STATUS_NO_SYSTEM_RESOURCES);
  run.receive = [](void*, uint32_t, const onnxValue*) -> onnxStatus {
    throw std::runtime_error("receiver");
  };
  EXPECT_EQ(table->runValues(&run), ONNXIFI_STATUS_INTERNAL_ERROR);
}

void KeepLine(void* context, uint32_t level, const char* text) {
  *static_cast<std::string*>(context) += std::to_string(level) + text;
}

TEST_F(InterfaceTest, R_ext_21_TheLogReachesTheClient) {
  static std::string lines;  // the plugin keeps it
  onnxHostInterface host = Host();
  host.log = &KeepLine;
  host.logContext = &lines;
  const onnxPluginInterface* table = nullptr;
  ASSERT_EQ(Find(kGood)(ids_[kGood], &host, &table), ONNXIFI_STATUS_SUCCESS);
  const onnxCheckModelArguments check = {sizeof(check), 0,      nullptr,
                                         ids_[kGood],   kModel, sizeof(kModel)};
  EXPECT_EQ(table->checkModel(&check), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(lines, "3fake: asked");
}

TEST_F(InterfaceTest, GraphsOutliveTheirBackend) {
  const onnxPluginInterface* table = Table(kGood);
  onnxBackend backend = nullptr;
  ASSERT_EQ(onnxInitBackend(ids_[kGood], nullptr, &backend),
            ONNXIFI_STATUS_SUCCESS);
  onnxGraph graph = nullptr;
  onnxInitGraphArguments init = {};
  init.structSize = sizeof(init);
  init.backend = backend;
  init.onnxModel = kModel;
  init.onnxModelSize = sizeof(kModel);
  init.graph = &graph;
  ASSERT_EQ(table->initGraph(&init), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
  onnxGraph refused = &refused;
  init.graph = &refused;
  EXPECT_EQ(table->initGraph(&init), ONNXIFI_STATUS_INVALID_BACKEND);
  EXPECT_EQ(refused, nullptr);
  std::string out;
  const onnxValue x = Strings();
  const auto run = RunArguments(graph, &x, 1, &out);
  EXPECT_EQ(table->runValues(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(out, "0y:abc");
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(table->runValues(&run), ONNXIFI_STATUS_INVALID_GRAPH);
}

}  // namespace
