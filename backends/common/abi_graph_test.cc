// Conformance checklist 7.7: graphs and weights.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/abi_fixture.h"
#include "backends/common/testing/alloc_failure.h"

namespace onnxifi::testing {
namespace {

constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;

// A pointer to memory that must not be read.
template <typename T>
const T* Unreadable() {
  static void* page =
      mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return static_cast<const T*>(page);
}

class GraphTest : public AbiTest {
 protected:
  Tensor Weight() const { return {"w", {2, 3}, kFloat, w_.data()}; }
  // Initialises wdesc with one descriptor; *graph must become NULL.
  onnxStatus InitWith(const onnxTensorDescriptorV1& weight) {
    onnxGraph graph = Garbage();
    const onnxStatus status =
        InitGraph(models::WeightByDescriptor(), &graph, {weight});
    EXPECT_EQ(graph, nullptr);
    return status;
  }
  // Runs y = x + w and compares.
  void ExpectRun(onnxGraph graph, float first_weight, float weight_step) {
    const std::vector<float> x = {1, 2, 3, 4, 5, 6};
    std::vector<float> y(6, 0);
    ASSERT_EQ(RunOnce(graph, {{"x", {2, 3}, kFloat, x.data()}},
                      {{"y", {2, 3}, kFloat, y.data()}}),
              ONNXIFI_STATUS_SUCCESS)
        << LastError();
    for (size_t i = 0; i < y.size(); ++i) {
      EXPECT_EQ(y[i],
                x[i] + first_weight + static_cast<float>(i) * weight_step);
    }
  }
  onnxGraph Adopt(onnxGraph graph) {
    adopted_ = graph;
    return graph;
  }
  void TearDown() override {
    if (adopted_ != nullptr) {
      EXPECT_EQ(onnxReleaseGraph(adopted_), ONNXIFI_STATUS_SUCCESS);
    }
    AbiTest::TearDown();
  }

  std::vector<float> w_ = {10, 11, 12, 13, 14, 15};

 private:
  onnxGraph adopted_ = nullptr;
};

TEST_F(GraphTest, R_151_to_R_155_Arguments) {
  const std::string model = models::Add();
  EXPECT_EQ(InitGraph(model, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  for (void* backend : {static_cast<void*>(nullptr), Garbage(), id_}) {
    onnxGraph graph = Garbage();
    EXPECT_EQ(onnxInitGraph(backend, nullptr, model.size(), model.data(), 0,
                            nullptr, &graph),
              ONNXIFI_STATUS_INVALID_BACKEND);
    EXPECT_EQ(graph, nullptr);
  }
  onnxGraph graph = Garbage();
  EXPECT_EQ(onnxInitGraph(backend_, nullptr, 10, nullptr, 0, nullptr, &graph),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(graph, nullptr);
  graph = Garbage();
  EXPECT_EQ(
      onnxInitGraph(backend_, nullptr, 0, model.data(), 0, nullptr, &graph),
      ONNXIFI_STATUS_INVALID_SIZE);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(GraphTest, R_158_Properties) {
  const std::string model = models::Add();
  const uint64_t empty[] = {0};
  const uint64_t unknown[] = {0x7777, 1, 0};
  onnxGraph graph = nullptr;
  EXPECT_EQ(onnxInitGraph(backend_, empty, model.size(), model.data(), 0,
                          nullptr, &graph),
            ONNXIFI_STATUS_SUCCESS);
  Adopt(graph);
  graph = Garbage();
  EXPECT_EQ(onnxInitGraph(backend_, unknown, model.size(), model.data(), 0,
                          nullptr, &graph),
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(GraphTest, R_159_InitializerIsTheWeight) {
  ExpectRun(NewGraph(models::WeightByInitializer()), 100, 100);
}

TEST_F(GraphTest, R_160_R_161_R_162_R_176_EverythingIsCopied) {
  std::string model = models::WeightByDescriptor();
  std::vector<char> storage(sizeof(float) * 6 + 1);
  std::memcpy(storage.data() + 1, w_.data(), sizeof(float) * 6);
  auto weight =
      std::make_unique<Tensor>(Tensor{"w", {2, 3}, kFloat, storage.data() + 1});
  onnxTensorDescriptorV1 descriptor = weight->Descriptor();
  onnxGraph graph = nullptr;
  ASSERT_EQ(onnxInitGraph(backend_, nullptr, model.size(), model.data(), 1,
                          &descriptor, &graph),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  Adopt(graph);
  std::memset(storage.data(), 0xff, storage.size());
  std::memset(model.data(), 0xff, model.size());
  std::memset(&descriptor, 0xff, sizeof(descriptor));
  weight.reset();
  ExpectRun(graph, 10, 1);
}

TEST_F(GraphTest, R_162_InitializersAreCopied) {
  std::string model = models::WeightByInitializer();
  onnxGraph graph = nullptr;
  ASSERT_EQ(InitGraph(model, &graph), ONNXIFI_STATUS_SUCCESS);
  Adopt(graph);
  std::memset(model.data(), 0xff, model.size());
  ExpectRun(graph, 100, 100);
}

TEST_F(GraphTest, R_163_R_164_CountDecides) {
  const std::string model = models::Add();
  onnxGraph graph = Garbage();
  EXPECT_EQ(onnxInitGraph(backend_, nullptr, model.size(), model.data(), 1,
                          nullptr, &graph),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(graph, nullptr);
  EXPECT_EQ(onnxInitGraph(backend_, nullptr, model.size(), model.data(), 0,
                          Unreadable<onnxTensorDescriptorV1>(), &graph),
            ONNXIFI_STATUS_SUCCESS);
  Adopt(graph);
}

TEST_F(GraphTest, R_165_R_166_InitializersAndDescriptors) {
  const std::string model = models::WeightByInitializer();
  onnxGraph graph = Garbage();
  EXPECT_EQ(InitGraph(model, &graph, {Weight().Descriptor()}),
            ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(graph, nullptr);
  onnxBackend tolerant = NewBackend(id_, true);
  EXPECT_EQ(onnxInitGraph(tolerant, nullptr, model.size(), model.data(), 1,
                          Unreadable<onnxTensorDescriptorV1>(), &graph),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ExpectRun(Adopt(graph), 100, 100);
}

TEST_F(GraphTest, R_167_WrongTagReadsNothingElse) {
  onnxTensorDescriptorV1 weight = {};
  weight.tag = 0x12345678;
  weight.name = Unreadable<char>();
  weight.shape = Unreadable<uint64_t>();
  EXPECT_EQ(InitWith(weight), ONNXIFI_STATUS_UNSUPPORTED_TAG);
}

TEST_F(GraphTest, R_168_Names) {
  const Tensor good = Weight();
  onnxTensorDescriptorV1 weight = good.Descriptor();
  weight.name = nullptr;
  EXPECT_EQ(InitWith(weight), ONNXIFI_STATUS_INVALID_NAME);
  weight.name = "stranger";
  EXPECT_EQ(InitWith(weight), ONNXIFI_STATUS_INVALID_NAME);
  EXPECT_NE(LastError().find("stranger"), std::string::npos) << LastError();
  onnxGraph graph = Garbage();
  EXPECT_EQ(InitGraph(models::WeightByDescriptor(), &graph,
                      {good.Descriptor(), good.Descriptor()}),
            ONNXIFI_STATUS_INVALID_NAME);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(GraphTest, R_169_to_R_174_BadWeights) {
  const Tensor good = Weight();
  const auto with = [&](auto change) {
    onnxTensorDescriptorV1 weight = good.Descriptor();
    change(weight);
    return InitWith(weight);
  };
  using D = onnxTensorDescriptorV1;
  const uint64_t zero[] = {0, 3};
  const uint64_t turned[] = {3, 2};
  EXPECT_EQ(with([&](D& d) { d.shape = zero; }), ONNXIFI_STATUS_INVALID_SHAPE);
  EXPECT_EQ(with([](D& d) { d.dataType = 99; }),
            ONNXIFI_STATUS_INVALID_DATATYPE);
  EXPECT_EQ(with([](D& d) { d.dataType = 0; }),
            ONNXIFI_STATUS_INVALID_DATATYPE);
  EXPECT_EQ(with([](D& d) { d.memoryType = 32; }),
            ONNXIFI_STATUS_INVALID_MEMORY_TYPE);
  EXPECT_EQ(with([](D& d) { d.memoryType = 1; }),
            ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
  EXPECT_EQ(with([](D& d) { d.buffer = 0; }),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_EQ(with([&](D& d) { d.shape = turned; }),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
  const std::vector<double> doubles(6, 1.0);
  EXPECT_EQ(with([&](D& d) {
              d.dataType = ONNXIFI_DATATYPE_FLOAT64;
              d.buffer = reinterpret_cast<onnxPointer>(doubles.data());
            }),
            ONNXIFI_STATUS_MISMATCHING_DATATYPE);
}

TEST_F(GraphTest, R_175_GraphsAreIndependent) {
  onnxGraph one = NewGraph(models::WeightByInitializer());
  onnxGraph two = nullptr;
  ASSERT_EQ(
      InitGraph(models::WeightByDescriptor(), &two, {Weight().Descriptor()}),
      ONNXIFI_STATUS_SUCCESS);
  Adopt(two);
  ExpectRun(one, 100, 100);
  ExpectRun(two, 10, 1);
  ExpectRun(one, 100, 100);
}

// Every allocation of the call fails once.
TEST_F(GraphTest, R_177_NoMemory) {
  const std::string model = models::WeightByInitializer();
  bool failed = true;
  int failures = 0;
  for (int64_t allowed = 0; failed && allowed < 100000; ++allowed) {
    onnxGraph graph = Garbage();
    onnxStatus status = ONNXIFI_STATUS_SUCCESS;
    {
#if defined(__SANITIZE_ADDRESS__)
      // Protobuf loses the element that it was adding when its array cannot
      // grow.
      const __lsan::ScopedDisabler protobuf_leaks;
#endif
      const AllocFailure failure(allowed);
      status = InitGraph(model, &graph);
      failed = AllocFailure::Happened();
    }
    if (status == ONNXIFI_STATUS_SUCCESS) {
      EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
    } else {
      ++failures;
      ASSERT_EQ(status, ONNXIFI_STATUS_NO_SYSTEM_MEMORY)
          << "allocation " << allowed << ": " << LastError();
      ASSERT_EQ(graph, nullptr);
    }
  }
  EXPECT_FALSE(failed);
  EXPECT_GT(failures, 10);
  ExpectRun(NewGraph(model), 100, 100);
}

TEST_F(GraphTest, R_178_R_179_R_180_Release) {
  onnxGraph graph = nullptr;
  ASSERT_EQ(InitGraph(models::Add(), &graph), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  for (void* handle : {static_cast<void*>(nullptr), graph, Garbage(), backend_,
                       id_, NewEvent()}) {
    EXPECT_EQ(onnxReleaseGraph(handle), ONNXIFI_STATUS_INVALID_GRAPH);
  }
}

TEST_F(GraphTest, MaxGraphCount) {
  onnxBackend small = NewBackend(other_id_);
  for (uint64_t i = 0; i < kFakeMaxGraphs; ++i) NewGraph(models::Add(), small);
  onnxGraph graph = Garbage();
  EXPECT_EQ(InitGraph(models::Add(), &graph, {}, small),
            ONNXIFI_STATUS_NO_DEVICE_RESOURCES);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(GraphTest, StaticShapesArePlannedAtOnce) {
  NewGraph(models::Add());
  EXPECT_EQ(Fake().specialized, 1);
  NewGraph(models::Symbolic());
  EXPECT_EQ(Fake().specialized, 1);
}

using ReleaseTest = AddTest;

TEST_F(ReleaseTest, R_181_WaitsForAcceptedRuns) {
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph_, input);
  std::thread signaller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_TRUE(OutputUntouched());
    EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  });
  EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
  Forget(graph_);
  ExpectSum();
  signaller.join();
  EXPECT_EQ(State(output), ONNXIFI_EVENT_STATE_SIGNALLED);
}

TEST_F(ReleaseTest, R_182_OutputEventsOutliveTheGraph) {
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph_, input);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
  Forget(graph_);
  EXPECT_EQ(State(output), ONNXIFI_EVENT_STATE_SIGNALLED);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(ReleaseTest, R_183_BuffersMayGoWithTheGraph) {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  ASSERT_EQ(SetIO(graph_, Inputs(), {{"c", {2, 3}, kFloat, page}}),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent input = NewEvent();
  Run(graph_, input);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
  Forget(graph_);
  EXPECT_EQ(static_cast<const float*>(page)[0], a_[0] + b_[0]);
  ASSERT_EQ(munmap(page, 4096), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace onnxifi::testing
