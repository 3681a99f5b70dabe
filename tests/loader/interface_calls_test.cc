// The functions of interface 1.1 about runs, memory, exports and errors through
// libonnxifi.so.1, on a plugin that can lie in each of them.
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr char kModel[] = "model";

// Runs before main, because the loader reads the environment once.
const bool g_environment = [] {
  setenv("ONNXIFI_PLUGIN_FILES",
         ONNXIFI_FIXTURE_DIR
         "/libonnxifi-fake_interface_calls.so:" ONNXIFI_FIXTURE_DIR
         "/libonnxifi-fake_good.so",
         1);
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

template <typename Arguments>
Arguments New() {
  Arguments arguments = {};
  arguments.structSize = sizeof(arguments);
  return arguments;
}

// What a client is told.
struct Told {
  int done = 0;
  int profiles = 0;
  onnxStatus status = -1;
  bool throws = false;
};

void Done(void* context, uint64_t, onnxStatus status) {
  auto* told = static_cast<Told*>(context);
  ++told->done;
  told->status = status;
  if (told->throws) throw std::runtime_error("client");
}
void Profile(void* context, uint32_t, const onnxProfileEvent*) {
  ++static_cast<Told*>(context)->profiles;
}

class CallsTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("ONNXIFI_FIXTURE_LIE");
    size_t count = 4;
    ids_.resize(count);
    ASSERT_EQ(onnxGetBackendIDs(ids_.data(), &count), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(count, 4u);
    ASSERT_EQ(onnxInitBackend(ids_[0], nullptr, &backend_),
              ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxInitGraph(backend_, nullptr, sizeof(kModel), kModel, 0,
                            nullptr, &graph_),
              ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxInitBackend(ids_[2], nullptr, &other_),
              ONNXIFI_STATUS_SUCCESS);
    onnxExtensionFunctionPointer found = nullptr;
    ASSERT_EQ(onnxGetExtensionFunctionAddress(
                  ids_[0], ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found),
              ONNXIFI_STATUS_SUCCESS);
    onnxHostInterface host = New<onnxHostInterface>();
    host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
    ASSERT_EQ(reinterpret_cast<onnxGetInterfaceFunction>(
                  reinterpret_cast<void*>(found))(ids_[0], &host, &table_),
              ONNXIFI_STATUS_SUCCESS);
  }
  void TearDown() override {
    unsetenv("ONNXIFI_FIXTURE_LIE");
    EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxReleaseBackend(backend_), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxReleaseBackend(other_), ONNXIFI_STATUS_SUCCESS);
    for (onnxBackendID id : ids_) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }

  onnxStatus StartRun(onnxEvent* event) {
    auto arguments = New<onnxStartRunArguments>();
    arguments.graph = graph_;
    arguments.event = event;
    arguments.done = &Done;
    arguments.doneContext = &told_;
    arguments.profile = &Profile;
    arguments.profileContext = &told_;
    return table_->startRun(&arguments);
  }
  onnxStatus Describe() {
    auto arguments = New<onnxDescribeOptionsArguments>();
    arguments.backendID = ids_[0];
    arguments.receive = [](void* context, uint32_t count,
                           const onnxOptionInfo*) {
      *static_cast<uint32_t*>(context) += count;
      return onnxStatus{ONNXIFI_STATUS_SUCCESS};
    };
    arguments.receiveContext = &options_;
    return table_->describeOptions(&arguments);
  }
  onnxStatus Allocate(onnxMemory* memory) {
    auto arguments = New<onnxAllocateMemoryArguments>();
    arguments.backend = backend_;
    arguments.size = 100;
    arguments.memory = memory;
    return table_->allocateMemory(&arguments);
  }
  onnxStatus Import(onnxMemory* memory) {
    auto arguments = New<onnxImportMemoryArguments>();
    arguments.kind = ONNXIFI_EXTERNAL_HOST_POINTER;
    arguments.backend = backend_;
    arguments.external = 64;
    arguments.size = 100;
    arguments.memory = memory;
    return table_->importMemory(&arguments);
  }
  onnxStatus Copy(onnxEvent* event) {
    auto arguments = New<onnxCopyMemoryArguments>();
    arguments.backend = backend_;
    arguments.event = event;
    return table_->copyMemory(&arguments);
  }
  onnxStatus Query(onnxCopySupport* support) {
    auto arguments = New<onnxQueryCopyArguments>();
    arguments.backendID = ids_[0];
    arguments.support = support;
    return table_->queryCopy(&arguments);
  }
  onnxStatus Export() {
    auto arguments = New<onnxExportGraphArguments>();
    arguments.graph = graph_;
    arguments.receive = [](void*, const void*, size_t) {
      return onnxStatus{ONNXIFI_STATUS_SUCCESS};
    };
    return table_->exportGraph(&arguments);
  }
  onnxStatus Verdict(uint32_t* verdict) {
    auto arguments = New<onnxCheckExportedArguments>();
    arguments.backendID = ids_[0];
    arguments.exported = "bytes";
    arguments.exportedSize = 5;
    arguments.verdict = verdict;
    return table_->checkExported(&arguments);
  }
  onnxStatus Context(onnxGraph* context) {
    auto arguments = New<onnxCreateContextArguments>();
    arguments.graph = graph_;
    arguments.context = context;
    return table_->createContext(&arguments);
  }
  onnxStatus ImportGraph(onnxGraph* graph) {
    auto arguments = New<onnxImportGraphArguments>();
    arguments.backend = backend_;
    arguments.exported = "bytes";
    arguments.exportedSize = 5;
    arguments.graph = graph;
    return table_->importGraph(&arguments);
  }
  onnxStatus Statistics(onnxGraphStatistics* statistics) {
    auto arguments = New<onnxGetStatisticsArguments>();
    arguments.graph = graph_;
    arguments.statistics = statistics;
    return table_->getStatistics(&arguments);
  }
  onnxStatus Error(onnxErrorInfo* error) {
    auto arguments = New<onnxGetErrorArguments>();
    arguments.backendID = ids_[0];
    arguments.error = error;
    return table_->getError(&arguments);
  }

  std::vector<onnxBackendID> ids_;
  onnxBackend backend_ = nullptr;
  onnxBackend other_ = nullptr;  // of another plugin
  onnxGraph graph_ = nullptr;
  const onnxPluginInterface* table_ = nullptr;
  Told told_;
  uint32_t options_ = 0;
};

TEST_F(CallsTest, AnHonestPluginIsPassedOn) {
  onnxEvent event = nullptr;
  EXPECT_EQ(StartRun(&event), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_NE(event, nullptr);
  EXPECT_NE(event, graph_);  // a handle of the loader
  EXPECT_EQ(told_.done, 1);
  EXPECT_EQ(told_.status, ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(told_.profiles, 1);
  EXPECT_EQ(Describe(), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(options_, 2u);
  auto memory = New<onnxMemory>();
  EXPECT_EQ(Allocate(&memory), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(memory.size, 100u);
  EXPECT_EQ(Import(&memory), ONNXIFI_STATUS_SUCCESS);
  auto support = New<onnxCopySupport>();
  EXPECT_EQ(Query(&support), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(support.latencyNs, 10);
  EXPECT_EQ(Copy(nullptr), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Export(), ONNXIFI_STATUS_SUCCESS);
  uint32_t verdict = 0;
  EXPECT_EQ(Verdict(&verdict), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(verdict, uint32_t{ONNXIFI_EXPORTED_USABLE});
  auto statistics = New<onnxGraphStatistics>();
  EXPECT_EQ(Statistics(&statistics), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(statistics.weightBytes, 1);
}

// A later client's structures are longer: their ends are not touched.
TEST_F(CallsTest, LongerStructuresAreLeftAlone) {
  struct Later {
    onnxCopySupport known;
    uint64_t more = 0x55;
  } later = {};
  later.more = 0x55;
  later.known.structSize = sizeof(later);
  EXPECT_EQ(Query(&later.known), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(later.known.structSize, sizeof(later));
  EXPECT_EQ(later.more, 0x55u);
  EXPECT_EQ(later.known.bytesPerSecond, 1000u);
  later.known.structSize = sizeof(onnxCopySupport) - 1;
  EXPECT_EQ(Query(&later.known), ONNXIFI_STATUS_INVALID_SIZE);
}

TEST_F(CallsTest, LiesBecomeErrors) {
  onnxEvent event = nullptr;
  onnxGraph graph = nullptr;
  auto memory = New<onnxMemory>();
  auto support = New<onnxCopySupport>();
  auto statistics = New<onnxGraphStatistics>();
  uint32_t verdict = 5;
  const auto expect = [&](const std::vector<const char*>& lies,
                          const auto& call) {
    for (const char* lie : lies) {
      setenv("ONNXIFI_FIXTURE_LIE", lie, 1);
      EXPECT_EQ(call(), ONNXIFI_STATUS_INTERNAL_ERROR) << lie;
      EXPECT_NE(LastError().find("fake_interface_calls"), std::string::npos)
          << lie << ": " << LastError();
    }
  };
  // What each function may do wrong.
  const std::vector<const char*> common = {"status_unknown", "status_fallback",
                                           "status_of_runs", "throws"};
  const auto also = [&](std::vector<const char*> more) {
    more.insert(more.end(), common.begin(), common.end());
    return more;
  };
  expect(also({"event_null"}), [&] { return StartRun(&event); });
  EXPECT_EQ(event, nullptr);
  expect(
      also({"options_null", "options_stride", "options_mixed", "options_many",
            "options_no_key", "options_no_text", "options_odd", "options_never",
            "options_other_thread", "options_twice", "options_then_fail"}),
      [&] { return Describe(); });
  const auto memories =
      also({"memory_type", "memory_no_buffer", "memory_small", "memory_flags",
            "memory_not_visible", "memory_no_pointer"});
  expect(memories, [&] { return Allocate(&memory); });
  expect(memories, [&] { return Import(&memory); });
  EXPECT_EQ(memory.buffer, 0u);
  expect(common, [&] { return Copy(nullptr); });
  expect(also({"event_null"}), [&] { return Copy(&event); });
  expect({"copy_support", "copy_latency", "status_unknown", "throws"},
         [&] { return Query(&support); });
  EXPECT_EQ(support.bytesPerSecond, 0u);
  expect(also({"bytes_null", "bytes_none", "bytes_never"}),
         [&] { return Export(); });
  expect({"verdict", "status_unknown", "throws"},
         [&] { return Verdict(&verdict); });
  EXPECT_EQ(verdict, 5u);
  expect({"context_null", "status_unknown", "status_of_runs", "throws"},
         [&] { return Context(&graph); });
  expect({"graph_null", "status_unknown", "status_of_runs", "throws"},
         [&] { return ImportGraph(&graph); });
  EXPECT_EQ(graph, nullptr);
  expect({"statistics", "status_unknown", "throws"},
         [&] { return Statistics(&statistics); });
  EXPECT_EQ(statistics.weightBytes, 0);
}

TEST_F(CallsTest, R_ext_31_TheEndIsToldOnce) {
  for (const char* lie : {"done_twice", "done_garbage", "profile_twice"}) {
    setenv("ONNXIFI_FIXTURE_LIE", lie, 1);
    told_ = {};
    onnxEvent event = nullptr;
    EXPECT_EQ(StartRun(&event), ONNXIFI_STATUS_SUCCESS) << lie;
    EXPECT_EQ(told_.done, 1) << lie;
    EXPECT_EQ(told_.profiles, 1) << lie;
    EXPECT_EQ(told_.status, ONNXIFI_STATUS_SUCCESS) << lie;
  }
  for (const char* lie :
       {"profile_null", "profile_no_name", "profile_stride"}) {
    setenv("ONNXIFI_FIXTURE_LIE", lie, 1);
    told_ = {};
    onnxEvent event = nullptr;
    EXPECT_EQ(StartRun(&event), ONNXIFI_STATUS_SUCCESS) << lie;
    EXPECT_EQ(told_.profiles, 0) << lie;
  }
  setenv("ONNXIFI_FIXTURE_LIE", "done_bad_status", 1);
  told_ = {};
  onnxEvent event = nullptr;
  EXPECT_EQ(StartRun(&event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(told_.status, ONNXIFI_STATUS_INTERNAL_ERROR);
  unsetenv("ONNXIFI_FIXTURE_LIE");
  // What a client throws goes no further.
  told_ = {};
  told_.throws = true;
  EXPECT_EQ(StartRun(&event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(told_.done, 1);
}

TEST_F(CallsTest, R_ext_36_37_Errors) {
  auto error = New<onnxErrorInfo>();
  // The loader's own failure.
  EXPECT_EQ(onnxGetBackendCompatibility(ids_[0], 1, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(error.status, ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_NE(std::string(error.text).find("onnxModel"), std::string::npos);
  EXPECT_EQ(error.nodeName, nullptr);
  ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(error.status, ONNXIFI_STATUS_INVALID_POINTER);
  // One of the plugin.
  const auto fail = [&] {
    auto run = New<onnxRunValuesArguments>();
    run.graph = graph_;
    run.receive = [](void*, uint32_t, const onnxValue*) {
      return onnxStatus{ONNXIFI_STATUS_SUCCESS};
    };
    EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  };
  fail();
  ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(error.status, ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_STREQ(error.text, "fake: no such operator");
  EXPECT_STREQ(error.nodeName, "n");
  EXPECT_STREQ(error.operatorName, "Op");
  setenv("ONNXIFI_FIXTURE_LIE", "error_null_text", 1);
  ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS);
  EXPECT_STREQ(error.text, "");
  setenv("ONNXIFI_FIXTURE_LIE", "error_endless", 1);
  ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS);
  EXPECT_LT(std::string(error.text).size(), 5000u);
  EXPECT_LT(std::string(error.nodeName).size(), 1000u);
  setenv("ONNXIFI_FIXTURE_LIE", "error_bad_status", 1);
  ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(error.status, ONNXIFI_STATUS_INTERNAL_ERROR);
  setenv("ONNXIFI_FIXTURE_LIE", "error_half_node", 1);
  ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(error.nodeName, nullptr);
  EXPECT_EQ(error.operatorName, nullptr);
  // Then the loader says what it knows.
  for (const char* lie : {"error_fails", "throws", "status_unknown"}) {
    setenv("ONNXIFI_FIXTURE_LIE", lie, 1);
    ASSERT_EQ(Error(&error), ONNXIFI_STATUS_SUCCESS) << lie;
    EXPECT_EQ(error.status, ONNXIFI_STATUS_UNIDENTIFIED_NAME) << lie;
  }
}

TEST_F(CallsTest, EventsOfOthers) {
  onnxEvent own = nullptr;
  onnxEvent foreign = nullptr;
  ASSERT_EQ(onnxInitEvent(backend_, &own), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(onnxInitEvent(other_, &foreign), ONNXIFI_STATUS_SUCCESS);
  auto run = New<onnxStartRunArguments>();
  onnxEvent event = nullptr;
  run.graph = graph_;
  run.event = &event;
  run.waitCount = 2;
  onnxEvent waits[] = {own, foreign};
  run.waitEvents = waits;
  EXPECT_EQ(table_->startRun(&run), ONNXIFI_STATUS_INVALID_EVENT);
  waits[1] = graph_;
  EXPECT_EQ(table_->startRun(&run), ONNXIFI_STATUS_INVALID_EVENT);
  waits[1] = own;
  EXPECT_EQ(table_->startRun(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
  run.cancelEvent = foreign;
  EXPECT_EQ(table_->startRun(&run), ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_EQ(event, nullptr);
  run.cancelEvent = nullptr;
  run.waitEvents = nullptr;
  EXPECT_EQ(table_->startRun(&run), ONNXIFI_STATUS_INVALID_POINTER);
  run.waitEvents = waits;
  run.waitCount = 0xffffffffu;
  EXPECT_EQ(table_->startRun(&run), ONNXIFI_STATUS_INVALID_SIZE);
  run.waitCount = 0;
  run.event = nullptr;
  EXPECT_EQ(table_->startRun(&run), ONNXIFI_STATUS_INVALID_POINTER);
  auto copy = New<onnxCopyMemoryArguments>();
  copy.backend = backend_;
  copy.waitCount = 1;
  copy.waitEvents = &foreign;
  EXPECT_EQ(table_->copyMemory(&copy), ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_EQ(onnxReleaseEvent(own), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(foreign), ONNXIFI_STATUS_SUCCESS);
}

// NULL, of another kind, of a plugin without the function, too small, chained.
TEST_F(CallsTest, BadArguments) {
  EXPECT_EQ(table_->startRun(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->copyMemory(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->getError(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  auto memory = New<onnxMemory>();
  auto allocate = New<onnxAllocateMemoryArguments>();
  allocate.memory = &memory;
  allocate.size = 8;
  EXPECT_EQ(table_->allocateMemory(&allocate), ONNXIFI_STATUS_INVALID_BACKEND);
  allocate.backend = graph_;
  EXPECT_EQ(table_->allocateMemory(&allocate), ONNXIFI_STATUS_INVALID_BACKEND);
  allocate.backend = other_;
  EXPECT_EQ(table_->allocateMemory(&allocate),
            ONNXIFI_STATUS_UNSUPPORTED_VERSION);
  allocate.backend = backend_;
  allocate.memory = nullptr;
  EXPECT_EQ(table_->allocateMemory(&allocate), ONNXIFI_STATUS_INVALID_POINTER);
  memory.structSize = 8;
  allocate.memory = &memory;
  EXPECT_EQ(table_->allocateMemory(&allocate), ONNXIFI_STATUS_INVALID_SIZE);
  allocate.structSize -= 1;
  EXPECT_EQ(table_->allocateMemory(&allocate), ONNXIFI_STATUS_INVALID_SIZE);
  allocate.structSize += 1;
  allocate.next = &allocate;
  EXPECT_EQ(table_->allocateMemory(&allocate),
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  auto free = New<onnxFreeMemoryArguments>();
  EXPECT_EQ(table_->freeMemory(&free), ONNXIFI_STATUS_INVALID_BACKEND);
  auto give = New<onnxExportMemoryArguments>();
  give.backend = backend_;
  EXPECT_EQ(table_->exportMemory(&give), ONNXIFI_STATUS_INVALID_POINTER);
  auto context = New<onnxCreateContextArguments>();
  context.graph = graph_;
  EXPECT_EQ(table_->createContext(&context), ONNXIFI_STATUS_INVALID_POINTER);
  onnxGraph made = graph_;
  context.context = &made;
  context.graph = backend_;
  EXPECT_EQ(table_->createContext(&context), ONNXIFI_STATUS_INVALID_GRAPH);
  EXPECT_EQ(made, nullptr);
  auto import = New<onnxImportGraphArguments>();
  import.backend = backend_;
  import.graph = &made;
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_INVALID_POINTER);
  import.exported = "x";
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_INVALID_SIZE);
  auto check = New<onnxCheckExportedArguments>();
  check.backendID = ids_[0];
  EXPECT_EQ(table_->checkExported(&check), ONNXIFI_STATUS_INVALID_POINTER);
  auto describe = New<onnxDescribeOptionsArguments>();
  describe.backendID = ids_[0];
  EXPECT_EQ(table_->describeOptions(&describe), ONNXIFI_STATUS_INVALID_POINTER);
  describe.backendID = backend_;
  EXPECT_EQ(table_->describeOptions(&describe), ONNXIFI_STATUS_INVALID_ID);
  auto statistics = New<onnxGetStatisticsArguments>();
  statistics.graph = graph_;
  EXPECT_EQ(table_->getStatistics(&statistics), ONNXIFI_STATUS_INVALID_POINTER);
  auto query = New<onnxQueryCopyArguments>();
  EXPECT_EQ(table_->queryCopy(&query), ONNXIFI_STATUS_INVALID_ID);
}

}  // namespace
