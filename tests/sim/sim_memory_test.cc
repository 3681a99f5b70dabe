// Memory of simulated devices, through the plugin's own entry points.
#include "tests/sim/sim_memory.h"

#include <gtest/gtest.h>
#include <onnxifi/onnxifi_ext.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/futex.h"
#include "base/model_builder.h"
#include "base/str_cat.h"

namespace onnxifi::sim {
namespace {

using wire::ModelBuilder;

constexpr char kMachine[] = R"({"devices": [
  {"name": "with memory", "operators": "all", "device_memory": true,
   "memory_size": 1000, "copy_us": 2, "cpu_read_bandwidth": 1000,
   "cpu_write_bandwidth": 2000, "memory_bandwidth": 3000},
  {"name": "without", "operators": "all"},
  {"name": "slow", "operators": "all", "device_memory": true,
   "real_time": true, "copy_us": 3000, "cpu_read_bandwidth": 10000},
  {"name": "lost", "operators": "all", "device_memory": true,
   "faults": {"lost_at_run": 1}}
]})";

class SimMemoryTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string base =
        StrCat(testing::TempDir(), "sim_memory.", getpid());
    std::ofstream(base + ".json") << kMachine;
    setenv("ONNXIFI_SIM_FILE", (base + ".json").c_str(), 1);
    trace_ = base + ".trace";
    setenv("ONNXIFI_SIM_TRACE", trace_.c_str(), 1);
    ids_.resize(4);
    size_t count = ids_.size();
    ASSERT_EQ(onnxGetBackendIDs(ids_.data(), &count), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(count, 4u);
    unlink((base + ".json").c_str());
  }
  static void TearDownTestSuite() {
    for (onnxBackendID id : ids_) EXPECT_EQ(onnxReleaseBackendID(id), 0u);
    unlink(trace_.c_str());
  }
  void SetUp() override { unlink(trace_.c_str()); }
  void TearDown() override {
    if (graph_ != nullptr) {
      EXPECT_EQ(onnxReleaseGraph(graph_), 0u);
    }
    if (backend_ != nullptr) {
      EXPECT_EQ(onnxReleaseBackend(backend_), 0u);
    }
  }

  void Open(size_t device) {
    id_ = ids_[device];
    ASSERT_EQ(onnxInitBackend(id_, nullptr, &backend_), 0u);
    onnxExtensionFunctionPointer found = nullptr;
    ASSERT_EQ(onnxGetExtensionFunctionAddress(
                  id_, ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found),
              0u);
    onnxHostInterface host = {};
    host.structSize = sizeof(host);
    host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
    const auto get = reinterpret_cast<onnxGetInterfaceFunction>(
        reinterpret_cast<void (*)()>(found));
    ASSERT_EQ(get(id_, &host, &table_), 0u);
  }
  onnxStatus Allocate(size_t size, onnxMemory* memory, uint32_t flags = 0) {
    *memory = {};
    memory->structSize = sizeof(*memory);
    onnxAllocateMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.flags = flags;
    arguments.backend = backend_;
    arguments.size = size;
    arguments.memory = memory;
    return table_->allocateMemory(&arguments);
  }
  onnxStatus Free(const onnxMemory& memory) {
    onnxFreeMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.memoryType = memory.memoryType;
    arguments.buffer = memory.buffer;
    return table_->freeMemory(&arguments);
  }
  onnxStatus Copy(const onnxMemoryCopy& copy) {
    onnxCopyMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.copies = &copy;
    arguments.copiesCount = 1;
    return table_->copyMemory(&arguments);
  }
  onnxStatus Up(const void* from, onnxPointer to, size_t size) {
    return Copy({ONNXIFI_MEMORY_TYPE_CPU, reinterpret_cast<onnxPointer>(from),
                 ONNXIFI_MEMORY_TYPE_DEVICE, to, size});
  }
  onnxStatus Down(onnxPointer from, void* to, size_t size) {
    return Copy({ONNXIFI_MEMORY_TYPE_DEVICE, from, ONNXIFI_MEMORY_TYPE_CPU,
                 reinterpret_cast<onnxPointer>(to), size});
  }
  onnxStatus Init(const std::string& model) {
    return onnxInitGraph(backend_, nullptr, model.size(), model.data(), 0,
                         nullptr, &graph_);
  }
  // One run with an input and an output at these places.
  onnxStatus Run(const char* name, std::vector<uint64_t> in, onnxEnum in_memory,
                 onnxPointer from, std::vector<uint64_t> out, onnxEnum out_type,
                 onnxEnum out_memory, onnxPointer to) {
    const auto rank = [](const auto& shape) {
      return static_cast<uint32_t>(shape.size());
    };
    onnxTensorDescriptorV1 x = {ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1,
                                name,
                                ONNXIFI_DATATYPE_FLOAT32,
                                in_memory,
                                rank(in),
                                in.data(),
                                from};
    onnxTensorDescriptorV1 y = {ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1,
                                "y",
                                out_type,
                                out_memory,
                                rank(out),
                                out.data(),
                                to};
    onnxMemoryFenceV1 fence = {};
    fence.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
    fence.type = ONNXIFI_SYNCHRONIZATION_EVENT;
    onnxExtensionFunctionPointer found = nullptr;
    EXPECT_EQ(
        onnxGetExtensionFunctionAddress(id_, "onnxSetIOAndRunGraph", &found),
        0u);
    const auto run = reinterpret_cast<onnxSetIOAndRunGraphFunction>(
        reinterpret_cast<void (*)()>(found));
    onnxStatus status = run(graph_, 1, &x, 1, &y, &fence);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    status = onnxWaitEvent(fence.event);
    EXPECT_EQ(onnxReleaseEvent(fence.event), 0u);
    return status;
  }
  static std::string TraceText() {
    std::ifstream file(trace_);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static std::string Line(const char* what, int bytes,
                          const char* device = "with memory") {
    return StrCat("{\"device\": \"", device, "\", \"what\": \"", what,
                  "\", \"bytes\": ", bytes, "}\n");
  }
  static std::string Relu() {
    return ModelBuilder()
        .Input("x", wire::kFloat, {6})
        .Output("y", wire::kFloat, {6})
        .Node("Relu", {"x"}, {"y"})
        .Build();
  }

  static std::string trace_;
  static std::vector<onnxBackendID> ids_;
  onnxBackendID id_ = nullptr;
  onnxBackend backend_ = nullptr;
  onnxGraph graph_ = nullptr;
  const onnxPluginInterface* table_ = nullptr;
  const std::vector<float> in_ = {-1, 2, -3, 4, -5, 6};
  const std::vector<float> expected_ = {0, 2, 0, 4, 0, 6};
};

std::string SimMemoryTest::trace_;
std::vector<onnxBackendID> SimMemoryTest::ids_;

constexpr onnxEnum kCpu = ONNXIFI_MEMORY_TYPE_CPU;
constexpr onnxEnum kDevice = ONNXIFI_MEMORY_TYPE_DEVICE;
constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;

TEST_F(SimMemoryTest, R_ext_45_RunsInDeviceMemoryCopyNothing) {
  Open(0);
  ASSERT_EQ(Init(Relu()), 0u);
  onnxMemory memory;
  ASSERT_EQ(Allocate(48, &memory), 0u);
  EXPECT_EQ(memory.flags, 0u);
  EXPECT_EQ(memory.hostPointer, nullptr);
  EXPECT_NE(memory.buffer >> 47, 0u);  // no address of this process
  std::vector<float> out(6, -1);
  ASSERT_EQ(Up(in_.data(), memory.buffer, 24), 0u);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(Run("x", {6}, kDevice, memory.buffer, {6}, kFloat, kDevice,
                  memory.buffer + 24),
              0u);
  }
  ASSERT_EQ(Down(memory.buffer + 24, out.data(), 24), 0u);
  EXPECT_EQ(out, expected_);
  EXPECT_EQ(TraceText(),
            Line("allocate", 48) + Line("from host", 24) + Line("to host", 24));
  EXPECT_EQ(Run("x", {6}, kDevice, memory.buffer, {6}, kFloat, kDevice,
                memory.buffer + 28),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
}

TEST_F(SimMemoryTest, RunsInHostMemoryAreTraced) {
  Open(0);
  ASSERT_EQ(Init(Relu()), 0u);
  onnxMemory memory;
  ASSERT_EQ(Allocate(24, &memory), 0u);
  ASSERT_EQ(Run("x", {6}, kCpu, reinterpret_cast<onnxPointer>(in_.data()), {6},
                kFloat, kDevice, memory.buffer),
            0u);
  std::vector<float> out(6, -1);
  ASSERT_EQ(Run("x", {6}, kDevice, memory.buffer, {6}, kFloat, kCpu,
                reinterpret_cast<onnxPointer>(out.data())),
            0u);
  EXPECT_EQ(out, expected_);
  EXPECT_EQ(TraceText(), Line("allocate", 24) + Line("read by a run", 24) +
                             Line("written by a run", 24));
}

// Value by value, the host's memory is between.
TEST_F(SimMemoryTest, R_ext_45_GraphsThatRunValueByValue) {
  Open(0);
  ASSERT_EQ(Init(ModelBuilder()
                     .Input("x", wire::kFloat, {6})
                     .Output("y", wire::kInt64, {1, 3})
                     .Node("Relu", {"x"}, {"r"})
                     .Node("NonZero", {"r"}, {"y"})
                     .Build()),
            0u);
  onnxMemory memory;
  ASSERT_EQ(Allocate(48, &memory), 0u);
  ASSERT_EQ(Up(in_.data(), memory.buffer, 24), 0u);
  ASSERT_EQ(Run("x", {6}, kDevice, memory.buffer, {1, 3},
                ONNXIFI_DATATYPE_INT64, kDevice, memory.buffer + 24),
            0u);
  std::vector<int64_t> out(3, -1);
  ASSERT_EQ(Down(memory.buffer + 24, out.data(), 24), 0u);
  EXPECT_EQ(out, (std::vector<int64_t>{1, 3, 5}));
}

TEST_F(SimMemoryTest, MemoryEnds) {
  Open(0);
  onnxMemory first;
  onnxMemory second;
  ASSERT_EQ(Allocate(600, &first), 0u);
  EXPECT_EQ(Allocate(401, &second), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  EXPECT_EQ(Allocate(~size_t{0}, &second), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  EXPECT_EQ(Allocate(8, &second, ONNXIFI_MEMORY_HOST_VISIBLE),
            ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
  ASSERT_EQ(Allocate(400, &second), 0u);
  EXPECT_EQ(Free(first), 0u);
  ASSERT_EQ(Allocate(600, &first), 0u);
}

TEST_F(SimMemoryTest, DevicesWithoutTheKeyHaveNone) {
  Open(1);
  onnxMemory memory;
  EXPECT_EQ(Allocate(8, &memory), ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
  uint64_t types = 77;
  size_t size = sizeof(types);
  ASSERT_EQ(
      onnxGetBackendInfo(id_, ONNXIFI_BACKEND_MEMORY_TYPES, &types, &size), 0u);
  EXPECT_EQ(types, 0u);
  ASSERT_EQ(Init(Relu()), 0u);
  EXPECT_EQ(Run("x", {6}, kDevice, 4096, {6}, kFloat, kDevice, 4096),
            ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
  char byte = 0;
  EXPECT_EQ(Up(&byte, 4096, 1), ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
}

TEST_F(SimMemoryTest, R_ext_51_CopiesTellTheirTimes) {
  Open(0);
  onnxCopySupport support = {};
  support.structSize = sizeof(support);
  onnxQueryCopyArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backendID = id_;
  arguments.support = &support;
  const struct {
    onnxEnum from;
    onnxEnum to;
    uint64_t bandwidth;
  } kCases[] = {
      {kCpu, kDevice, 1000}, {kDevice, kCpu, 2000}, {kDevice, kDevice, 3000}};
  for (const auto& c : kCases) {
    arguments.fromType = c.from;
    arguments.toType = c.to;
    ASSERT_EQ(table_->queryCopy(&arguments), 0u);
    EXPECT_EQ(support.support, uint32_t{ONNXIFI_COPY_DIRECT});
    EXPECT_EQ(support.latencyNs, 2000);
    EXPECT_EQ(support.bytesPerSecond, c.bandwidth);
  }
}

TEST_F(SimMemoryTest, CopiesTakeTheirTime) {
  Open(2);
  onnxMemory memory;
  ASSERT_EQ(Allocate(100, &memory), 0u);
  const std::vector<char> bytes(100);
  const int64_t start = NowNs();
  ASSERT_EQ(Up(bytes.data(), memory.buffer, 100), 0u);
  EXPECT_GE(NowNs() - start, 13'000'000);
}

TEST_F(SimMemoryTest, ALostDeviceHasNoMemory) {
  Open(3);
  onnxMemory memory;
  ASSERT_EQ(Allocate(24, &memory), 0u);
  ASSERT_EQ(Init(Relu()), 0u);
  EXPECT_EQ(Run("x", {6}, kDevice, memory.buffer, {6}, kFloat, kDevice,
                memory.buffer),
            ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_EQ(Up(in_.data(), memory.buffer, 24),
            ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  onnxMemory more;
  EXPECT_EQ(Allocate(24, &more), ONNXIFI_STATUS_BACKEND_UNAVAILABLE);
  EXPECT_EQ(Free(memory), 0u);
}

}  // namespace
}  // namespace onnxifi::sim
