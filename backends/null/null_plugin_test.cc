// The null plugin as a client meets it: loaded from its file.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "base/model_builder.h"

namespace onnxifi::null {
namespace {

using wire::Dims;
using wire::ModelBuilder;

// With sanitizers the plugin stays mapped: what static objects of ONNX and
// protobuf hold would count as lost otherwise.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// All entry points of one loaded plugin, by name.
struct Plugin {
#define ONNXIFI_FUNCTION(name, since, kind) name##Function name = nullptr;
#include "abi/onnxifi_functions.inc"
  void* library = nullptr;

  void Load() {
    library = dlopen(ONNXIFI_NULL_PLUGIN,
                     RTLD_NOW | RTLD_LOCAL | (kSanitized ? RTLD_NODELETE : 0));
    ASSERT_NE(library, nullptr) << dlerror();
#define ONNXIFI_FUNCTION(fn, since, kind)                   \
  fn = reinterpret_cast<fn##Function>(dlsym(library, #fn)); \
  ASSERT_NE(reinterpret_cast<void*>(fn), nullptr) << #fn;
#include "abi/onnxifi_functions.inc"
  }
};

bool IsMapped(const std::string& file) {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    if (line.find(file) != std::string::npos) return true;
  }
  return false;
}

size_t ThreadCount() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "Threads:") {
  }
  size_t count = 0;
  status >> count;
  return count;
}

onnxTensorDescriptorV1 Describe(const char* name, onnxEnum type,
                                const std::vector<uint64_t>& shape,
                                const void* data) {
  onnxTensorDescriptorV1 d = {};
  d.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  d.name = name;
  d.dataType = type;
  d.dimensions = static_cast<uint32_t>(shape.size());
  d.shape = shape.data();
  d.buffer = reinterpret_cast<onnxPointer>(data);
  return d;
}

class NullPluginTest : public testing::Test {
 protected:
  void SetUp() override {
    plugin_.Load();
    ASSERT_NE(plugin_.library, nullptr);
    size_t count = 1;
    ASSERT_EQ(plugin_.onnxGetBackendIDs(&id_, &count), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(count, 1u);
    ASSERT_EQ(plugin_.onnxInitBackend(id_, nullptr, &backend_),
              ONNXIFI_STATUS_SUCCESS);
  }
  void TearDown() override {
    EXPECT_EQ(plugin_.onnxReleaseBackend(backend_), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(plugin_.onnxReleaseBackendID(id_), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(dlclose(plugin_.library), 0);
  }

  // Copies `bytes` through an Identity graph by polling, so that a background
  // thread has to run it.
  void Copy(const std::string& model, onnxEnum type,
            const std::vector<uint64_t>& shape, size_t bytes) {
    onnxGraph graph = nullptr;
    ASSERT_EQ(plugin_.onnxInitGraph(backend_, nullptr, model.size(),
                                    model.data(), 0, nullptr, &graph),
              ONNXIFI_STATUS_SUCCESS);
    std::vector<char> x(bytes);
    std::vector<char> y(bytes + 1, '?');
    for (size_t i = 0; i < bytes; ++i) x[i] = static_cast<char>(i * 7 + 1);
    const auto in = Describe("x", type, shape, x.data());
    const auto out = Describe("y", type, shape, y.data());
    onnxMemoryFenceV1 fence = {};
    fence.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
    ASSERT_EQ(plugin_.onnxSetIOAndRunGraph(graph, 1, &in, 1, &out, &fence),
              ONNXIFI_STATUS_SUCCESS);
    onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
    while (state != ONNXIFI_EVENT_STATE_SIGNALLED) {
      ASSERT_EQ(plugin_.onnxGetEventState(fence.event, &state),
                ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_EQ(std::memcmp(x.data(), y.data(), bytes), 0);
    EXPECT_EQ(y[bytes], '?');
    EXPECT_EQ(plugin_.onnxReleaseEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(plugin_.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  }

  Plugin plugin_;
  onnxBackendID id_ = nullptr;
  onnxBackend backend_ = nullptr;
};

ModelBuilder Identity(int32_t type, const Dims& dims) {
  return ModelBuilder()
      .Input("x", type, dims)
      .Output("y", type, dims)
      .Node("Identity", {"x"}, {"t"})
      .Node("Identity", {"t"}, {"y"});
}

TEST_F(NullPluginTest, SaysThatItIsTheNullBackend) {
  char name[50] = {};
  size_t size = sizeof(name);
  EXPECT_EQ(plugin_.onnxGetBackendInfo(id_, ONNXIFI_BACKEND_NAME, name, &size),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_STREQ(name, "ONNXIFI null");
}

TEST_F(NullPluginTest, CopiesEveryFixedSizeType) {
  const struct {
    int32_t type;
    size_t bytes;
  } kTypes[] = {{1, 4},  {2, 1},  {3, 1},  {4, 2},   {5, 2},
                {6, 4},  {7, 8},  {9, 1},  {10, 2},  {11, 8},
                {12, 4}, {13, 8}, {14, 8}, {15, 16}, {16, 2}};
  for (const auto& t : kTypes) {
    SCOPED_TRACE(t.type);
    Copy(Identity(t.type, {5, 3}).Build(), static_cast<onnxEnum>(t.type),
         {5, 3}, 15 * t.bytes);
  }
}

TEST_F(NullPluginTest, TakesSymbolicShapes) {
  const std::string model = Identity(wire::kFloat, {"N", "M"}).Build();
  Copy(model, ONNXIFI_DATATYPE_FLOAT32, {2, 3}, 24);
  Copy(model, ONNXIFI_DATATYPE_FLOAT32, {7, 1}, 28);
}

TEST_F(NullPluginTest, GivesConstants) {
  const std::string model = ModelBuilder()
                                .Output("y", wire::kInt32, {2})
                                .Initializer(wire::TensorOf<int32_t>(
                                    "w", wire::kInt32, {2}, {41, 42}))
                                .Node("Identity", {"w"}, {"y"})
                                .Build();
  onnxGraph graph = nullptr;
  ASSERT_EQ(plugin_.onnxInitGraph(backend_, nullptr, model.size(), model.data(),
                                  0, nullptr, &graph),
            ONNXIFI_STATUS_SUCCESS);
  int32_t y[2] = {};
  const std::vector<uint64_t> shape = {2};
  const auto out = Describe("y", ONNXIFI_DATATYPE_INT32, shape, y);
  onnxMemoryFenceV1 fence = {};
  fence.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  ASSERT_EQ(plugin_.onnxSetIOAndRunGraph(graph, 0, nullptr, 1, &out, &fence),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(plugin_.onnxWaitEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y[1], 42);
  EXPECT_EQ(plugin_.onnxReleaseEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(plugin_.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
}

// One run on values: what arrives is appended to `got`.
struct Arrived {
  std::vector<uint32_t> kinds;
  std::string strings;
};
onnxStatus Arrive(void* context, uint32_t, const onnxValue* value) {
  auto* got = static_cast<Arrived*>(context);
  got->kinds.push_back(value->kind);
  const onnxValue* tensor = value;
  if (value->kind == ONNXIFI_VALUE_KIND_SEQUENCE) tensor = value->elements;
  const auto* views = static_cast<const onnxStringView*>(tensor->data);
  for (size_t i = 0; i < tensor->dataSize / sizeof(*views); ++i) {
    got->strings.append(views[i].data, views[i].size);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

TEST_F(NullPluginTest, CopiesStringsAndSequencesThroughInterface11) {
  onnxExtensionFunctionPointer found = nullptr;
  ASSERT_EQ(plugin_.onnxGetExtensionFunctionAddress(
                id_, ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found),
            ONNXIFI_STATUS_SUCCESS);
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  const onnxPluginInterface* table = nullptr;
  ASSERT_EQ(reinterpret_cast<onnxGetInterfaceFunction>(
                reinterpret_cast<void*>(found))(id_, &host, &table),
            ONNXIFI_STATUS_SUCCESS);
  const onnxStringView strings[] = {{"ab", 2}, {"c", 1}};
  const uint64_t shape[] = {2};
  onnxValue tensor = {};
  tensor.structSize = sizeof(tensor);
  tensor.kind = ONNXIFI_VALUE_KIND_TENSOR;
  tensor.name = "x";
  tensor.dataType = wire::kString;
  tensor.dimensions = 1;
  tensor.shape = shape;
  tensor.data = strings;
  tensor.dataSize = sizeof(strings);
  onnxValue sequence = {};
  sequence.structSize = sizeof(sequence);
  sequence.kind = ONNXIFI_VALUE_KIND_SEQUENCE;
  sequence.name = "x";
  sequence.elementCount = 1;
  sequence.elements = &tensor;
  const std::string type = wire::TensorType(wire::kString, {"N"});
  for (const onnxValue* x : {&tensor, &sequence}) {
    const std::string declared = x == &tensor ? type : wire::SequenceType(type);
    const std::string model = ModelBuilder()
                                  .InputOfType("x", declared)
                                  .OutputOfType("y", declared)
                                  .Node("Identity", {"x"}, {"y"})
                                  .Build();
    onnxGraph graph = nullptr;
    onnxInitGraphArguments init = {};
    init.structSize = sizeof(init);
    init.backend = backend_;
    init.onnxModel = model.data();
    init.onnxModelSize = model.size();
    init.graph = &graph;
    ASSERT_EQ(table->initGraph(&init), ONNXIFI_STATUS_SUCCESS);
    Arrived got;
    onnxRunValuesArguments run = {};
    run.structSize = sizeof(run);
    run.graph = graph;
    run.inputsCount = 1;
    run.inputs = x;
    run.receive = &Arrive;
    run.receiveContext = &got;
    EXPECT_EQ(table->runValues(&run), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(got.kinds, std::vector<uint32_t>{x->kind});
    EXPECT_EQ(got.strings, "abc");
    EXPECT_EQ(plugin_.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  }
}

TEST_F(NullPluginTest, RefusesEverythingElse) {
  const std::string relu = ModelBuilder()
                               .Input("x", wire::kFloat, {2})
                               .Output("y", wire::kFloat, {2})
                               .Node("Relu", {"x"}, {"y"})
                               .Build();
  EXPECT_EQ(plugin_.onnxGetBackendCompatibility(id_, relu.size(), relu.data()),
            ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  const std::string text = Identity(wire::kString, {2}).Build();
  EXPECT_EQ(plugin_.onnxGetBackendCompatibility(id_, text.size(), text.data()),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

TEST(NullPluginUnloadTest, R_024_R_288_LoadUseAndUnload) {
  const size_t before = ThreadCount();
  for (int round = 0; round < 5; ++round) {
    Plugin plugin;
    plugin.Load();
    ASSERT_NE(plugin.library, nullptr);
    EXPECT_EQ(ThreadCount(), before);
    onnxBackendID id = nullptr;
    size_t count = 1;
    if (round > 0) {
      ASSERT_EQ(plugin.onnxGetBackendIDs(&id, &count), ONNXIFI_STATUS_SUCCESS);
      onnxBackend backend = nullptr;
      ASSERT_EQ(plugin.onnxInitBackend(id, nullptr, &backend),
                ONNXIFI_STATUS_SUCCESS);
      const std::string model = Identity(wire::kFloat, {4}).Build();
      onnxGraph graph = nullptr;
      ASSERT_EQ(plugin.onnxInitGraph(backend, nullptr, model.size(),
                                     model.data(), 0, nullptr, &graph),
                ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(plugin.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(plugin.onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(plugin.onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
    ASSERT_EQ(dlclose(plugin.library), 0);
    EXPECT_EQ(ThreadCount(), before);
    if (!kSanitized) {
      EXPECT_FALSE(IsMapped("libonnxifi-null.so")) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace onnxifi::null
