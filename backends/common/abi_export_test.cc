// exportGraph, checkExported, importGraph.
#include <string>
#include <vector>

#include "backends/common/exported_graph.h"
#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {
namespace {

class ExportTest : public ValuesTest {
 protected:
  onnxStatus Make(const std::string& model, bool exportable, onnxGraph* graph) {
    const onnxOption options[] = {{"exportable", exportable ? "1" : "0"},
                                  {"speed", "slow"}};
    onnxInitGraphArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.onnxModel = model.data();
    arguments.onnxModelSize = model.size();
    arguments.graph = graph;
    arguments.options = options;
    arguments.optionsCount = 2;
    return table_->initGraph(&arguments);
  }
  onnxStatus Export(onnxGraph graph, std::string* bytes) {
    onnxExportGraphArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.graph = graph;
    arguments.receive = [](void* context, const void* data, size_t size) {
      static_cast<std::string*>(context)->assign(static_cast<const char*>(data),
                                                 size);
      return onnxStatus{ONNXIFI_STATUS_SUCCESS};
    };
    arguments.receiveContext = bytes;
    return table_->exportGraph(&arguments);
  }
  uint32_t Verdict(const std::string& bytes) {
    uint32_t verdict = 99;
    onnxCheckExportedArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backendID = id_;
    arguments.exported = bytes.data();
    arguments.exportedSize = bytes.size();
    arguments.verdict = &verdict;
    EXPECT_EQ(table_->checkExported(&arguments), ONNXIFI_STATUS_SUCCESS);
    return verdict;
  }
  onnxStatus Import(const std::string& bytes, onnxGraph* graph,
                    const std::vector<onnxOption>& options = {}) {
    onnxImportGraphArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.exported = bytes.data();
    arguments.exportedSize = bytes.size();
    arguments.options = options.data();
    arguments.optionsCount = static_cast<uint32_t>(options.size());
    arguments.graph = graph;
    return table_->importGraph(&arguments);
  }
  std::string Exported() {
    onnxGraph graph = nullptr;
    EXPECT_EQ(Make(models::WeightByInitializer(), true, &graph),
              ONNXIFI_STATUS_SUCCESS)
        << LastError();
    std::string bytes;
    EXPECT_EQ(Export(graph, &bytes), ONNXIFI_STATUS_SUCCESS) << LastError();
    EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
    return bytes;
  }
};

TEST_F(ExportTest, R_ext_52_54_AGraphComesBack) {
  const std::string bytes = Exported();
  EXPECT_EQ(Verdict(bytes), uint32_t{ONNXIFI_EXPORTED_OPTIMAL});
  onnxGraph graph = nullptr;
  ASSERT_EQ(Import(bytes, &graph), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(FakeOption(), "slow");
  std::vector<Received> out;
  EXPECT_EQ(
      Run(graph, {TestValue::Floats("x", {2, 3}, {1, 2, 3, 4, 5, 6})}, &out),
      ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].floats(),
            (std::vector<float>{101, 202, 303, 404, 505, 606}));
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  // The client's option wins.
  ASSERT_EQ(Import(bytes, &graph, {{"speed", "fast"}}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(FakeOption(), "fast");
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Import(bytes, &graph, {{"sped", "fast"}}),
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(ExportTest, AGraphThatWasNotMadeForIt) {
  onnxGraph graph = nullptr;
  ASSERT_EQ(Make(models::Add(), false, &graph), ONNXIFI_STATUS_SUCCESS);
  std::string bytes;
  EXPECT_EQ(Export(graph, &bytes), ONNXIFI_STATUS_INVALID_STATE);
  EXPECT_NE(LastError().find("exportable"), std::string::npos);
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Export(graph, &bytes), ONNXIFI_STATUS_INVALID_GRAPH);
}

TEST_F(ExportTest, R_ext_53_55_DamageIsFound) {
  const std::string bytes = Exported();
  std::vector<std::string> damaged;
  for (size_t i = 0; i < bytes.size(); ++i) {
    damaged.push_back(bytes);
    damaged.back()[i] = static_cast<char>(damaged.back()[i] ^ (1 << (i % 8)));
    if (i > 0) damaged.push_back(bytes.substr(0, i));
  }
  damaged.push_back(bytes + '\0');
  damaged.push_back(bytes + bytes);
  damaged.push_back(models::Add());
  for (const std::string& one : damaged) {
    EXPECT_EQ(Verdict(one), uint32_t{ONNXIFI_EXPORTED_UNUSABLE});
    onnxGraph graph = Garbage();
    EXPECT_EQ(Import(one, &graph), ONNXIFI_STATUS_INVALID_MODEL);
    EXPECT_EQ(graph, nullptr);
  }
}

// With a right checksum: what another program has written.
TEST_F(ExportTest, R_ext_53_55_WhatIsInsideIsNotTrusted) {
  using abi::ExportedGraph;
  const std::string bytes = Exported();
  const Result<ExportedGraph> read = ExportedGraph::Parse(
      {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
  ASSERT_TRUE(read.ok()) << read.status().message();
  onnxGraph graph = nullptr;
  ExportedGraph changed = *read;
  changed.plugin = "Fake 0 0.9";
  EXPECT_EQ(Verdict(changed.Serialize()), uint32_t{ONNXIFI_EXPORTED_USABLE});
  changed.plugin = read->plugin;
  changed.device = "another";
  EXPECT_EQ(Verdict(changed.Serialize()), uint32_t{ONNXIFI_EXPORTED_USABLE});
  changed.options["nobody_knows"] = "1";
  ASSERT_EQ(Import(changed.Serialize(), &graph), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  changed.plugin = "Fake 1 1.0";
  EXPECT_EQ(Verdict(changed.Serialize()), uint32_t{ONNXIFI_EXPORTED_UNUSABLE});
  EXPECT_EQ(Import(changed.Serialize(), &graph), ONNXIFI_STATUS_INVALID_MODEL);
  changed = *read;
  changed.model = models::BadOperator();
  EXPECT_NE(Import(changed.Serialize(), &graph), ONNXIFI_STATUS_SUCCESS);
  changed.model = models::Junk();
  EXPECT_EQ(Import(changed.Serialize(), &graph),
            ONNXIFI_STATUS_INVALID_PROTOBUF);
  changed = *read;
  changed.options["speed"] = "sideways";
  EXPECT_EQ(Import(changed.Serialize(), &graph),
            ONNXIFI_STATUS_INVALID_PROPERTY);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(ExportTest, BadArguments) {
  const std::string bytes = Exported();
  onnxGraph graph = nullptr;
  onnxImportGraphArguments import = {};
  import.structSize = sizeof(import);
  import.backend = backend_;
  import.graph = &graph;
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_INVALID_POINTER);
  import.exported = bytes.data();
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_INVALID_SIZE);
  import.exportedSize = bytes.size();
  import.optionsCount = 1;
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_INVALID_POINTER);
  import.optionsCount = 0;
  import.backend = Garbage();
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_INVALID_BACKEND);
  import.graph = nullptr;
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_INVALID_POINTER);
  import.next = &import;
  EXPECT_EQ(table_->importGraph(&import), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(table_->importGraph(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  onnxCheckExportedArguments check = {};
  check.structSize = sizeof(check);
  check.backendID = id_;
  check.exported = bytes.data();
  check.exportedSize = bytes.size();
  EXPECT_EQ(table_->checkExported(&check), ONNXIFI_STATUS_INVALID_POINTER);
  uint32_t verdict = 7;
  check.verdict = &verdict;
  check.backendID = Garbage();
  EXPECT_EQ(table_->checkExported(&check), ONNXIFI_STATUS_INVALID_ID);
  EXPECT_EQ(verdict, 7u);
  onnxExportGraphArguments give = {};
  give.structSize = sizeof(give);
  EXPECT_EQ(table_->exportGraph(&give), ONNXIFI_STATUS_INVALID_GRAPH);
}

}  // namespace
}  // namespace onnxifi::testing
