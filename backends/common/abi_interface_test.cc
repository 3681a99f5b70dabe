// Interface 1.1: the exchange of tables, and what all calls have in common.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/testing/values_fixture.h"
#include "base/log.h"

namespace onnxifi::testing {
namespace {

constexpr uint32_t kVersion = ONNXIFI_INTERFACE_VERSION_1_1;

class InterfaceTest : public ValuesTest {
 protected:
  onnxStatus Get(const onnxHostInterface& host,
                 const onnxPluginInterface** table) {
    *table = reinterpret_cast<const onnxPluginInterface*>(Garbage());
    const onnxStatus status = FindGetInterface(id_)(id_, &host, table);
    EXPECT_EQ(*table != nullptr, status == ONNXIFI_STATUS_SUCCESS);
    return status;
  }
  onnxStatus GetRange(uint32_t low, uint32_t high) {
    onnxHostInterface host = Host();
    host.minVersion = low;
    host.maxVersion = high;
    const onnxPluginInterface* table = nullptr;
    return Get(host, &table);
  }
};

TEST_F(InterfaceTest, IsFoundByBothSpellings) {
  onnxExtensionFunctionPointer bare = nullptr;
  EXPECT_EQ(onnxGetExtensionFunctionAddress(id_, "onnxGetInterface", &bare),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(reinterpret_cast<onnxGetInterfaceFunction>(
                reinterpret_cast<void (*)()>(bare)),
            FindGetInterface(id_));
}

TEST_F(InterfaceTest, R_ext_22_R_ext_23_Versions) {
  EXPECT_EQ(table_->version, kVersion);
  EXPECT_EQ(table_->structSize, sizeof(onnxPluginInterface));
  onnxHostInterface host = Host();
  host.minVersion = 1;
  host.maxVersion = 0xffffffff;
  const onnxPluginInterface* again = nullptr;
  EXPECT_EQ(Get(host, &again), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(again, table_);
  EXPECT_EQ(GetRange(kVersion + 1, 0x00020000),
            ONNXIFI_STATUS_UNSUPPORTED_VERSION);
  EXPECT_NE(LastError().find("65537"), std::string::npos) << LastError();
  EXPECT_EQ(GetRange(0, kVersion - 1), ONNXIFI_STATUS_UNSUPPORTED_VERSION);
  EXPECT_EQ(GetRange(kVersion + 1, kVersion - 1),
            ONNXIFI_STATUS_UNSUPPORTED_VERSION);
}

TEST_F(InterfaceTest, BadArguments) {
  const onnxGetInterfaceFunction get = FindGetInterface(id_);
  const onnxHostInterface host = Host();
  const onnxPluginInterface* table = table_;
  EXPECT_EQ(get(id_, &host, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(get(id_, nullptr, &table), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table, nullptr);
  for (void* id : {static_cast<void*>(nullptr), Garbage(), backend_}) {
    table = table_;
    EXPECT_EQ(get(id, &host, &table), ONNXIFI_STATUS_INVALID_ID);
    EXPECT_EQ(table, nullptr);
  }
  onnxHostInterface small = host;
  for (const uint32_t size : {0u, 4u, 31u}) {
    small.structSize = size;
    EXPECT_EQ(Get(small, &table), ONNXIFI_STATUS_INVALID_SIZE) << size;
  }
}

// A host of a later version knows members that this library does not.
TEST_F(InterfaceTest, R_ext_3_LargerStructuresAreFine) {
  struct {
    onnxHostInterface host;
    uint64_t later;
  } host = {Host(), 42};
  host.host.structSize = sizeof(host);
  const onnxPluginInterface* table = nullptr;
  EXPECT_EQ(Get(host.host, &table), ONNXIFI_STATUS_SUCCESS);
  const std::string model = models::Add();
  struct {
    onnxCheckModelArguments arguments;
    uint64_t later;
  } check = {{}, 42};
  check.arguments = {sizeof(check), 0,           nullptr, id_,
                     model.data(),  model.size()};
  EXPECT_EQ(table_->checkModel(&check.arguments), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(InterfaceTest, R_ext_3_R_ext_4_EveryCallChecksItsStructure) {
  onnxCheckModelArguments check = {};
  onnxInitGraphArguments init = {};
  onnxRunValuesArguments run = {};
  onnxQueryGraphArguments query = {};
  const auto expect = [&](onnxStatus status) {
    EXPECT_EQ(table_->checkModel(&check), status) << LastError();
    EXPECT_EQ(table_->initGraph(&init), status) << LastError();
    EXPECT_EQ(table_->runValues(&run), status) << LastError();
    EXPECT_EQ(table_->queryGraph(&query), status) << LastError();
  };
  EXPECT_EQ(table_->checkModel(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->initGraph(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->runValues(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->queryGraph(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  expect(ONNXIFI_STATUS_INVALID_SIZE);
  check.structSize = sizeof(check) - 1;
  init.structSize = sizeof(init) - 1;
  run.structSize = sizeof(run) - 1;
  query.structSize = sizeof(query) - 1;
  expect(ONNXIFI_STATUS_INVALID_SIZE);
  check = {sizeof(check), 0, &check, nullptr, nullptr, 0};
  init.structSize = sizeof(init);
  init.next = &init;
  run.structSize = sizeof(run);
  run.next = &run;
  query.structSize = sizeof(query);
  query.next = &query;
  expect(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
}

TEST_F(InterfaceTest, CallsKeepTheOrderOfChecksOf10) {
  const std::string model = models::Add();
  onnxCheckModelArguments check = {sizeof(check), 0,       nullptr,
                                   Garbage(),     nullptr, 0};
  EXPECT_EQ(table_->checkModel(&check), ONNXIFI_STATUS_INVALID_ID);
  check.backendID = id_;
  EXPECT_EQ(table_->checkModel(&check), ONNXIFI_STATUS_INVALID_POINTER);
  check.onnxModel = model.data();
  EXPECT_EQ(table_->checkModel(&check), ONNXIFI_STATUS_INVALID_SIZE);

  onnxGraph graph = Garbage();
  onnxInitGraphArguments init = {};
  init.structSize = sizeof(init);
  EXPECT_EQ(table_->initGraph(&init), ONNXIFI_STATUS_INVALID_POINTER);
  init.graph = &graph;
  EXPECT_EQ(table_->initGraph(&init), ONNXIFI_STATUS_INVALID_BACKEND);
  EXPECT_EQ(graph, nullptr);
  init.backend = backend_;
  EXPECT_EQ(table_->initGraph(&init), ONNXIFI_STATUS_INVALID_POINTER);
  init.onnxModel = model.data();
  init.weightsCount = 1;
  EXPECT_EQ(table_->initGraph(&init), ONNXIFI_STATUS_INVALID_POINTER);
  init.weightsCount = 0;
  EXPECT_EQ(table_->initGraph(&init), ONNXIFI_STATUS_INVALID_SIZE);
  const uint64_t unknown[] = {0x7777, 1, 0};
  init.onnxModelSize = model.size();
  init.auxPropertiesList = unknown;
  EXPECT_EQ(table_->initGraph(&init), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(graph, nullptr);

  onnxRunValuesArguments run = {};
  run.structSize = sizeof(run);
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INVALID_GRAPH);
  run.graph = NewGraph(model);
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INVALID_POINTER);
}

TEST_F(InterfaceTest, WeightsComeByDescriptorsAsIn10) {
  const std::vector<float> w = {10, 11, 12, 13, 14, 15};
  const Tensor weight = {"w", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, w.data()};
  const onnxTensorDescriptorV1 descriptor = weight.Descriptor();
  const std::string model = models::WeightByDescriptor();
  onnxGraph graph = nullptr;
  onnxInitGraphArguments init = {};
  init.structSize = sizeof(init);
  init.weightsCount = 1;
  init.backend = backend_;
  init.onnxModel = model.data();
  init.onnxModelSize = model.size();
  init.weightDescriptors = &descriptor;
  init.graph = &graph;
  ASSERT_EQ(table_->initGraph(&init), ONNXIFI_STATUS_SUCCESS) << LastError();
  std::vector<Received> out;
  EXPECT_EQ(
      Run(graph, {TestValue::Floats("x", {2, 3}, {1, 2, 3, 4, 5, 6})}, &out),
      ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].floats(), (std::vector<float>{11, 13, 15, 17, 19, 21}));
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
}

using Lines = std::vector<std::pair<uint32_t, std::string>>;

void Keep(void* context, uint32_t level, const char* text) {
  static_cast<Lines*>(context)->emplace_back(level, text);
}

TEST_F(InterfaceTest, R_ext_21_TheLastLogOfAHostGetsTheLines) {
  Lines first;
  Lines second;
  const onnxPluginInterface* table = nullptr;
  for (Lines* lines : {&first, &second}) {
    onnxHostInterface host = Host();
    host.log = &Keep;
    host.logContext = lines;
    EXPECT_EQ(Get(host, &table), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(Get(Host(), &table),
              ONNXIFI_STATUS_SUCCESS);  // no log: no change
    Log(LogLevel::kError, "line of ", lines == &first ? 1 : 2);
  }
  SetLogSink(nullptr, nullptr);
  EXPECT_EQ(first, (Lines{{ONNXIFI_LOG_LEVEL_ERROR, "line of 1"}}));
  EXPECT_EQ(second, (Lines{{ONNXIFI_LOG_LEVEL_ERROR, "line of 2"}}));
}

}  // namespace
}  // namespace onnxifi::testing
