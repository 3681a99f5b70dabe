// Conformance checklist 7.4 and 7.5: compatibility and backends.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/abi_fixture.h"

namespace onnxifi::testing {
namespace {

class CompatibilityTest : public AbiTest {
 protected:
  onnxStatus Ask(const std::string& model, onnxBackendID id = nullptr) {
    return onnxGetBackendCompatibility(id == nullptr ? id_ : id, model.size(),
                                       model.data());
  }
};

TEST_F(CompatibilityTest, R_084_R_100_AcceptedModelsCanBeInitialised) {
  for (const std::string& model :
       {models::Add(), models::Two(), models::Scalar(), models::Bool(),
        models::Symbolic(), models::WeightByInitializer()}) {
    EXPECT_EQ(Ask(model), ONNXIFI_STATUS_SUCCESS) << LastError();
    NewGraph(model);
  }
}

TEST_F(CompatibilityTest, R_085_to_R_088_Arguments) {
  const std::string model = models::Add();
  for (void* id : {static_cast<void*>(nullptr), Garbage(), backend_}) {
    EXPECT_EQ(onnxGetBackendCompatibility(id, model.size(), model.data()),
              ONNXIFI_STATUS_INVALID_ID);
  }
  EXPECT_EQ(onnxGetBackendCompatibility(id_, 10, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxGetBackendCompatibility(id_, 0, model.data()),
            ONNXIFI_STATUS_INVALID_SIZE);
}

// Every model that must be refused, with the status; also for onnxInitGraph.
TEST_F(CompatibilityTest, R_089_to_R_103_R_156_R_157_RefusedModels) {
  const std::string external =
      wire::ModelBuilder()
          .Input("x", wire::kFloat, {2})
          .Output("y", wire::kFloat, {2})
          .Initializer(wire::ExternalTensor("w", wire::kFloat, {2}, "w.bin"))
          .Node("Add", {"x", "w"}, {"y"})
          .Build();
  const std::string undefined = wire::ModelBuilder()
                                    .Input("x", wire::kFloat, {2})
                                    .Output("y", wire::kFloat, {2})
                                    .Node("Add", {"x", "nowhere"}, {"y"})
                                    .Build();
  const std::string strange =
      wire::ModelBuilder()
          .Opset("no.such.domain", 1)
          .Input("x", wire::kFloat, {2})
          .Output("y", wire::kFloat, {2})
          .Node("Op", {"x"}, {"y"}, {}, "no.such.domain")
          .Build();
  const struct {
    const char* what;
    std::string model;
    onnxStatus status;
  } kCases[] = {
      {"junk", models::Junk(), ONNXIFI_STATUS_INVALID_PROTOBUF},
      {"cut", models::Add().substr(0, models::Add().size() - 3),
       ONNXIFI_STATUS_INVALID_PROTOBUF},
      {"nograph", models::NoGraph(), ONNXIFI_STATUS_INVALID_MODEL},
      {"undefined value", undefined, ONNXIFI_STATUS_INVALID_MODEL},
      {"newop", models::NewOpset(), ONNXIFI_STATUS_UNSUPPORTED_VERSION},
      {"newir", models::NewIr(), ONNXIFI_STATUS_UNSUPPORTED_VERSION},
      {"unknown domain", strange, ONNXIFI_STATUS_UNSUPPORTED_VERSION},
      {"badop", models::BadOperator(), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR},
      {"badshape", models::BadShape(), ONNXIFI_STATUS_MISMATCHING_SHAPE},
      {"badtype", models::BadType(), ONNXIFI_STATUS_MISMATCHING_DATATYPE},
      {"external data", external, ONNXIFI_STATUS_INVALID_MODEL},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Ask(c.model), c.status) << c.what << ": " << LastError();
    EXPECT_FALSE(LastError().empty());
    onnxGraph graph = Garbage();
    EXPECT_EQ(InitGraph(c.model, &graph), c.status)
        << c.what << ": " << LastError();
    EXPECT_EQ(graph, nullptr) << c.what;
  }
}

TEST_F(CompatibilityTest, R_098_SymbolicShapesNeedTheCapability) {
  EXPECT_EQ(Ask(models::Symbolic(), id_), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Ask(models::Symbolic(), other_id_),
            ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
  EXPECT_NE(LastError().find("'a'"), std::string::npos) << LastError();
}

TEST_F(CompatibilityTest, R_099_WeightsDoNotMatter) {
  EXPECT_EQ(Ask(models::WeightByDescriptor()),
            Ask(models::WeightByInitializer()));
}

TEST_F(CompatibilityTest, TypesThatCannotBeBoundAreRefused) {
  for (const int32_t type : {int32_t{wire::kString}, 17, 22}) {
    const std::string model = wire::ModelBuilder(11, 23)
                                  .Input("x", type, {2})
                                  .Output("y", type, {2})
                                  .Node("Identity", {"x"}, {"y"})
                                  .Build();
    EXPECT_EQ(Ask(model), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE) << type;
  }
}

TEST_F(CompatibilityTest, Q_08_SequencesAreRefused) {
  const std::string type =
      wire::SequenceType(wire::TensorType(wire::kFloat, {2}));
  const std::string model = wire::ModelBuilder()
                                .InputOfType("x", type)
                                .OutputOfType("y", type)
                                .Node("Identity", {"x"}, {"y"})
                                .Build();
  EXPECT_EQ(Ask(model), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE) << LastError();
}

TEST_F(CompatibilityTest, R_101_R_104_BytesAnywhere) {
  const std::string model = models::Add();
  std::vector<char> storage(model.size() + 1);
  std::memcpy(storage.data() + 1, model.data(), model.size());
  EXPECT_EQ(onnxGetBackendCompatibility(id_, model.size(), storage.data() + 1),
            ONNXIFI_STATUS_SUCCESS);
  std::memset(storage.data(), 0xff, storage.size());
  EXPECT_EQ(Ask(model), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(CompatibilityTest, R_102_Threads) {
  const struct {
    std::string model;
    onnxStatus status;
  } kCases[] = {{models::Add(), ONNXIFI_STATUS_SUCCESS},
                {models::BadOperator(), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR},
                {models::BadShape(), ONNXIFI_STATUS_MISMATCHING_SHAPE},
                {models::Junk(), ONNXIFI_STATUS_INVALID_PROTOBUF}};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const auto& c = kCases[t % 4];
      for (int i = 0; i < 20; ++i) EXPECT_EQ(Ask(c.model), c.status);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class BackendTest : public AbiTest {
 protected:
  // Initialises with a list; releases at once.
  onnxStatus Init(const std::vector<uint64_t>& list) {
    onnxBackend backend = Garbage();
    const onnxStatus status = onnxInitBackend(id_, list.data(), &backend);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      EXPECT_NE(backend, nullptr);
      EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
    } else {
      EXPECT_EQ(backend, nullptr);
    }
    return status;
  }
};

TEST_F(BackendTest, R_105_R_106_R_118_R_120) {
  onnxBackend backend = nullptr;
  ASSERT_EQ(onnxInitBackend(id_, nullptr, &backend), ONNXIFI_STATUS_SUCCESS);
  EXPECT_NE(backend, nullptr);
  EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_INVALID_BACKEND);
  EXPECT_EQ(Init({0}), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(BackendTest, R_107_R_108_R_109_Arguments) {
  EXPECT_EQ(onnxInitBackend(id_, nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  for (void* id : {static_cast<void*>(nullptr), Garbage(), backend_}) {
    onnxBackend backend = Garbage();
    EXPECT_EQ(onnxInitBackend(id, nullptr, &backend),
              ONNXIFI_STATUS_INVALID_ID);
    EXPECT_EQ(backend, nullptr);
  }
}

TEST_F(BackendTest, R_110_to_R_115_Properties) {
  constexpr uint64_t kOptimization = ONNXIFI_BACKEND_PROPERTY_OPTIMIZATION;
  constexpr uint64_t kLogLevel = ONNXIFI_BACKEND_PROPERTY_LOG_LEVEL;
  for (const uint64_t value : {0, 1, 2, 3}) {
    EXPECT_EQ(Init({kOptimization, value, 0}), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_EQ(Init({kOptimization, 0, 0x7777, 1, 0}),
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(Init({kOptimization, 4, 0}), ONNXIFI_STATUS_INVALID_PROPERTY);
  for (const uint64_t value : {1, 2, 4, 3}) {
    EXPECT_EQ(Init({kLogLevel, value, 0}), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_EQ(Init({kLogLevel, 0, 0}), ONNXIFI_STATUS_INVALID_PROPERTY);
  EXPECT_EQ(Init({kLogLevel, 5, 0}), ONNXIFI_STATUS_INVALID_PROPERTY);
  EXPECT_EQ(Init({0x7777, 1, 0}), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(Init({ONNXIFI_BACKEND_CUDA_STREAM, 1, 0}),
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(Init({ONNXIFI_BACKEND_OPENCL_CONTEXT, 1, 0}),
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(Init({ONNXIFI_BACKEND_PROPERTY_TOLERANT, 2, 0}),
            ONNXIFI_STATUS_INVALID_PROPERTY);
}

TEST_F(BackendTest, R_116_SeveralBackendsOfOneId) {
  onnxBackend second = NewBackend(id_);
  EXPECT_NE(second, backend_);
  onnxEvent event = nullptr;
  EXPECT_EQ(onnxInitEvent(second, &event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(BackendTest, R_119_R_121_ReleaseOfNoBackend) {
  for (void* handle : {static_cast<void*>(nullptr), Garbage(), id_, NewEvent(),
                       NewGraph(models::Add())}) {
    EXPECT_EQ(onnxReleaseBackend(handle), ONNXIFI_STATUS_INVALID_BACKEND);
  }
}

TEST_F(BackendTest, R_122_R_123_R_124_R_293_AnyReleaseOrder) {
  onnxEvent event = NewEvent();
  onnxGraph graph = NewGraph(models::Scalar());
  EXPECT_EQ(onnxReleaseBackendID(id_), ONNXIFI_STATUS_SUCCESS);
  Forget(id_);
  onnxEvent later = NewEvent();  // the backend still works
  EXPECT_NE(later, nullptr);
  EXPECT_EQ(onnxReleaseBackend(backend_), ONNXIFI_STATUS_SUCCESS);
  Forget(backend_);
  const float x = 5;
  float y = 0;
  EXPECT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x}},
                  {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y}}),
            ONNXIFI_STATUS_SUCCESS);
  const onnxMemoryFenceV1 in = EventFence(event);
  onnxMemoryFenceV1 out = EventFence();
  ASSERT_EQ(onnxRunGraph(graph, &in, &out), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  Forget(graph);
  EXPECT_EQ(y, 5);
  EXPECT_EQ(onnxWaitEvent(out.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(out.event), ONNXIFI_STATUS_SUCCESS);
}

}  // namespace
}  // namespace onnxifi::testing
