// The application's own objects of OpenCL: buffers as inputs and outputs, its
// context and its queue, and memory of interface 1.1.
#include <gtest/gtest.h>
#include <onnxifi/onnxifi_ext.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/abi_main.h"
#include "backends/opencl/cl_library.h"
#include "backends/opencl/opencl_backend.h"
#include "base/model_builder.h"

namespace onnxifi::opencl {
namespace {

Result<std::vector<std::unique_ptr<Backend>>> Create() {
  std::string why_none;
  return CreateOpenClBackends(&why_none);
}

constexpr size_t kCount = 6;
constexpr size_t kBytes = kCount * sizeof(float);
constexpr onnxEnum kCl = ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER;
using Floats = std::vector<float>;

std::string Model() {
  using wire::ModelBuilder;
  return ModelBuilder()
      .Input("x", wire::kFloat, {2, 3})
      .Output("y", wire::kFloat, {2, 3})
      .Node("Add", {"x", "x"}, {"y"})
      .Build();
}

// A client of the first device, with a context and a queue of its own.
class NativeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    size_t count = 0;
    ASSERT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
    ASSERT_GT(count, 0u) << "no device of OpenCL: scripts/setup.sh --for-tests";
    ids_.resize(count);
    ASSERT_EQ(onnxGetBackendIDs(ids_.data(), &count), ONNXIFI_STATUS_SUCCESS);
    cl_ = ClLibrary::Get().value();
    device_ = reinterpret_cast<cl_device_id>(
        Number(ONNXIFI_BACKEND_OPENCL_DEVICE_ID));
    cl_int error = CL_SUCCESS;
    context_ = ClOwned<cl_context>(
        cl_->clCreateContext(nullptr, 1, &device_, nullptr, nullptr, &error),
        cl_->clReleaseContext);
    ASSERT_EQ(error, CL_SUCCESS);
    queue_ = NewQueue(context_.get(), 0);
  }
  void TearDown() override {
    if (graph_ != nullptr) {
      EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
    }
    if (backend_ != nullptr) {
      EXPECT_EQ(onnxReleaseBackend(backend_), ONNXIFI_STATUS_SUCCESS);
    }
    for (onnxBackendID id : ids_) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }

  uint64_t Number(onnxBackendInfo what) {
    uint64_t value = 0;
    size_t size = sizeof(value);
    return onnxGetBackendInfo(ids_[0], what, &value, &size) ==
                   ONNXIFI_STATUS_SUCCESS
               ? value
               : 0;
  }
  ClOwned<cl_command_queue> NewQueue(cl_context context,
                                     cl_command_queue_properties properties) {
    cl_int error = CL_SUCCESS;
    ClOwned<cl_command_queue> queue(
        cl_->clCreateCommandQueue(context, device_, properties, &error),
        cl_->clReleaseCommandQueue);
    EXPECT_EQ(error, CL_SUCCESS);
    return queue;
  }
  ClOwned<cl_mem> NewBuffer(size_t bytes, const Floats& content = {}) {
    cl_int error = CL_SUCCESS;
    ClOwned<cl_mem> memory(
        cl_->clCreateBuffer(context_.get(), CL_MEM_READ_WRITE, bytes, nullptr,
                            &error),
        cl_->clReleaseMemObject);
    EXPECT_EQ(error, CL_SUCCESS);
    if (!content.empty()) {
      EXPECT_EQ(cl_->clEnqueueWriteBuffer(queue_.get(), memory.get(), CL_TRUE,
                                          0, content.size() * sizeof(float),
                                          content.data(), 0, nullptr, nullptr),
                CL_SUCCESS);
    }
    return memory;
  }
  Floats Read(cl_mem memory, size_t offset = 0) {
    Floats content(kCount);
    EXPECT_EQ(
        cl_->clEnqueueReadBuffer(queue_.get(), memory, CL_TRUE, offset, kBytes,
                                 content.data(), 0, nullptr, nullptr),
        CL_SUCCESS);
    return content;
  }
  std::string LastError() {
    char text[2048] = "";
    size_t size = sizeof(text);
    (void)abi::GetLastError(text, &size);
    return text;
  }

  onnxStatus Init(std::vector<uint64_t> properties, onnxBackend* backend) {
    properties.push_back(ONNXIFI_BACKEND_PROPERTY_NONE);
    return onnxInitBackend(ids_[0], properties.data(), backend);
  }
  // The backend and the graph of the test.
  void Open(const std::vector<uint64_t>& properties) {
    ASSERT_EQ(Init(properties, &backend_), ONNXIFI_STATUS_SUCCESS)
        << LastError();
    const std::string model = Model();
    ASSERT_EQ(onnxInitGraph(backend_, nullptr, model.size(), model.data(), 0,
                            nullptr, &graph_),
              ONNXIFI_STATUS_SUCCESS)
        << LastError();
  }
  void OpenWithContext() {
    Open({ONNXIFI_BACKEND_OPENCL_CONTEXT, Handle(context_.get())});
  }
  static uint64_t Handle(const void* object) {
    return reinterpret_cast<uintptr_t>(object);
  }

  onnxStatus Bind(onnxEnum in_type, uint64_t in, onnxEnum out_type,
                  uint64_t out) {
    static const uint64_t kShape[] = {2, 3};
    const auto describe = [](const char* name, onnxEnum type, uint64_t buffer) {
      onnxTensorDescriptorV1 d = {};
      d.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
      d.name = name;
      d.dataType = ONNXIFI_DATATYPE_FLOAT32;
      d.memoryType = type;
      d.dimensions = 2;
      d.shape = kShape;
      d.buffer = buffer;
      return d;
    };
    const onnxTensorDescriptorV1 input = describe("x", in_type, in);
    const onnxTensorDescriptorV1 output = describe("y", out_type, out);
    return onnxSetGraphIO(graph_, 1, &input, 1, &output);
  }
  onnxStatus Run() {
    onnxEvent ready = nullptr;
    EXPECT_EQ(onnxInitEvent(backend_, &ready), ONNXIFI_STATUS_SUCCESS);
    onnxMemoryFenceV1 input = {
        ONNXIFI_TAG_MEMORY_FENCE_V1, ONNXIFI_SYNCHRONIZATION_EVENT, {ready}};
    onnxMemoryFenceV1 output = {
        ONNXIFI_TAG_MEMORY_FENCE_V1, ONNXIFI_SYNCHRONIZATION_EVENT, {nullptr}};
    onnxStatus status = onnxRunGraph(graph_, &input, &output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      EXPECT_EQ(onnxSignalEvent(ready), ONNXIFI_STATUS_SUCCESS);
      status = onnxWaitEvent(output.event);
      EXPECT_EQ(onnxReleaseEvent(output.event), ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_EQ(onnxReleaseEvent(ready), ONNXIFI_STATUS_SUCCESS);
    return status;
  }
  void BindAndRun(onnxEnum in_type, uint64_t in, onnxEnum out_type,
                  uint64_t out) {
    ASSERT_EQ(Bind(in_type, in, out_type, out), ONNXIFI_STATUS_SUCCESS)
        << LastError();
    ASSERT_EQ(Run(), ONNXIFI_STATUS_SUCCESS) << LastError();
  }

  const Floats one_ = {1, 2, 3, 4, 5, 6};
  const Floats doubled_ = {2, 4, 6, 8, 10, 12};
  std::vector<onnxBackendID> ids_;
  const ClLibrary* cl_ = nullptr;
  cl_device_id device_ = nullptr;
  ClOwned<cl_context> context_;
  ClOwned<cl_command_queue> queue_;
  onnxBackend backend_ = nullptr;
  onnxGraph graph_ = nullptr;
};

TEST_F(NativeTest, RunsInTheApplicationsBuffers) {
  OpenWithContext();
  EXPECT_NE(Number(ONNXIFI_BACKEND_MEMORY_TYPES) & kCl, 0u);
  const ClOwned<cl_mem> in = NewBuffer(kBytes, one_);
  const ClOwned<cl_mem> out = NewBuffer(2 * kBytes);
  BindAndRun(kCl, Handle(in.get()), kCl, Handle(out.get()));
  EXPECT_EQ(Read(out.get()), doubled_);
  EXPECT_EQ(Read(in.get()), one_);
}

TEST_F(NativeTest, BuffersAndHostMemoryTakeTurns) {
  OpenWithContext();
  const ClOwned<cl_mem> in = NewBuffer(kBytes, one_);
  const Floats host_in = {10, 20, 30, 40, 50, 60};
  const Floats host_doubled = {20, 40, 60, 80, 100, 120};
  for (int round = 0; round < 3; ++round) {
    Floats result(kCount);
    BindAndRun(kCl, Handle(in.get()), ONNXIFI_MEMORY_TYPE_CPU,
               Handle(result.data()));
    EXPECT_EQ(result, doubled_);
    // Each time another buffer, maybe at the address of the last one.
    const ClOwned<cl_mem> out = NewBuffer(kBytes);
    BindAndRun(ONNXIFI_MEMORY_TYPE_CPU, Handle(host_in.data()), kCl,
               Handle(out.get()));
    EXPECT_EQ(Read(out.get()), host_doubled);
    ASSERT_EQ(Run(), ONNXIFI_STATUS_SUCCESS) << "the same binding again";
  }
}

// The binding keeps the buffer alive when the application lets go of it.
TEST_F(NativeTest, BoundBufferOutlivesItsOwner) {
  OpenWithContext();
  Floats result(kCount);
  {
    const ClOwned<cl_mem> in = NewBuffer(kBytes, one_);
    ASSERT_EQ(Bind(kCl, Handle(in.get()), ONNXIFI_MEMORY_TYPE_CPU,
                   Handle(result.data())),
              ONNXIFI_STATUS_SUCCESS);
  }
  ASSERT_EQ(Run(), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(result, doubled_);
}

TEST_F(NativeTest, WrongBuffersAreRefused) {
  OpenWithContext();
  Floats result(kCount);
  const ClOwned<cl_mem> small = NewBuffer(kBytes - 1);
  uint64_t words[64] = {};
  const uint64_t bad[] = {
      Handle(small.get()), 0x10,          0x1003,
      ~uint64_t{7},        Handle(words), Handle(context_.get()) + 1};
  for (const uint64_t handle : bad) {
    EXPECT_EQ(Bind(kCl, handle, ONNXIFI_MEMORY_TYPE_CPU, Handle(result.data())),
              ONNXIFI_STATUS_INVALID_MEMORY_LOCATION)
        << handle;
  }
  EXPECT_EQ(Bind(ONNXIFI_MEMORY_TYPE_CUDA_BUFFER, Handle(small.get()),
                 ONNXIFI_MEMORY_TYPE_CPU, Handle(result.data())),
            ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
}

TEST_F(NativeTest, BufferOfAnotherContextIsRefused) {
  Open({});
  Floats result(kCount);
  const ClOwned<cl_mem> in = NewBuffer(kBytes, one_);
  EXPECT_EQ(Bind(kCl, Handle(in.get()), ONNXIFI_MEMORY_TYPE_CPU,
                 Handle(result.data())),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_NE(LastError().find("input 'x'"), std::string::npos) << LastError();
  EXPECT_NE(LastError().find("ONNXIFI_BACKEND_OPENCL_CONTEXT"),
            std::string::npos);
}

TEST_F(NativeTest, QueueOfTheApplicationKeepsItsOrder) {
  Open({ONNXIFI_BACKEND_OPENCL_CONTEXT, Handle(context_.get()),
        ONNXIFI_BACKEND_PROPERTY_OPENCL_QUEUE, Handle(queue_.get())});
  const ClOwned<cl_mem> in = NewBuffer(kBytes, {0, 0, 0, 0, 0, 0});
  const ClOwned<cl_mem> out = NewBuffer(kBytes);
  ASSERT_EQ(Bind(kCl, Handle(in.get()), kCl, Handle(out.get())),
            ONNXIFI_STATUS_SUCCESS);
  // Nobody waits for this one.
  ASSERT_EQ(cl_->clEnqueueWriteBuffer(queue_.get(), in.get(), CL_FALSE, 0,
                                      kBytes, one_.data(), 0, nullptr, nullptr),
            CL_SUCCESS);
  ASSERT_EQ(Run(), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(Read(out.get()), doubled_);
}

TEST_F(NativeTest, QueueAloneBringsItsContext) {
  Open({ONNXIFI_BACKEND_PROPERTY_OPENCL_QUEUE, Handle(queue_.get())});
  const ClOwned<cl_mem> in = NewBuffer(kBytes, one_);
  const ClOwned<cl_mem> out = NewBuffer(kBytes);
  BindAndRun(kCl, Handle(in.get()), kCl, Handle(out.get()));
  EXPECT_EQ(Read(out.get()), doubled_);
}

TEST_F(NativeTest, WrongContextsAndQueuesAreRefused) {
  cl_int error = CL_SUCCESS;
  const ClOwned<cl_context> other(
      cl_->clCreateContext(nullptr, 1, &device_, nullptr, nullptr, &error),
      cl_->clReleaseContext);
  const ClOwned<cl_command_queue> others = NewQueue(other.get(), 0);
  const ClOwned<cl_command_queue> unordered =
      NewQueue(context_.get(), CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
  const uint64_t kContext = ONNXIFI_BACKEND_OPENCL_CONTEXT;
  const uint64_t kQueue = ONNXIFI_BACKEND_PROPERTY_OPENCL_QUEUE;
  uint64_t words[64] = {};
  const std::vector<uint64_t> lists[] = {
      {kContext, 0},
      {kContext, 0x18},
      {kContext, Handle(words)},
      {kQueue, 0},
      {kQueue, Handle(words)},
      {kQueue, Handle(unordered.get())},
      {kContext, Handle(context_.get()), kQueue, Handle(others.get())}};
  for (const std::vector<uint64_t>& list : lists) {
    onnxBackend backend = this;
    EXPECT_EQ(Init(list, &backend), ONNXIFI_STATUS_INVALID_PROPERTY)
        << list[0] << " " << list[1];
    EXPECT_EQ(backend, nullptr);
  }
  onnxBackend backend = nullptr;
  EXPECT_EQ(Init({ONNXIFI_BACKEND_CUDA_STREAM, Handle(words)}, &backend),
            ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
}

TEST_F(NativeTest, TellsItsDeviceAndItsRates) {
  EXPECT_NE(Number(ONNXIFI_BACKEND_OPENCL_PLATFORM_ID), 0u);
  EXPECT_NE(device_, nullptr);
  for (const onnxBackendInfo what :
       {ONNXIFI_BACKEND_MACS_FP32, ONNXIFI_BACKEND_MEMORY_BANDWIDTH,
        ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH,
        ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH}) {
    const uint64_t rate = Number(what);
    EXPECT_GT(rate, uint64_t{10'000'000}) << what;
    EXPECT_EQ(Number(what), rate) << "measured once";
  }
}

// Memory of interface 1.1.
class NativeMemoryTest : public NativeTest {
 protected:
  void SetUp() override {
    NativeTest::SetUp();
    if (HasFatalFailure()) return;
    OpenWithContext();
    onnxHostInterface host = {};
    host.structSize = sizeof(host);
    host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
    ASSERT_EQ(abi::GetInterface(ids_[0], &host, &table_),
              ONNXIFI_STATUS_SUCCESS);
  }
  onnxStatus Import(uint64_t handle, size_t size, onnxMemory* memory) {
    memory->structSize = sizeof(*memory);
    onnxImportMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.kind = ONNXIFI_EXTERNAL_OPENCL_BUFFER;
    arguments.backend = backend_;
    arguments.external = handle;
    arguments.size = size;
    arguments.memory = memory;
    return table_->importMemory(&arguments);
  }
  onnxStatus Free(const onnxMemory& memory) {
    onnxFreeMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.memoryType = memory.memoryType;
    arguments.buffer = memory.buffer;
    return table_->freeMemory(&arguments);
  }
  onnxStatus Copy(onnxEnum from_type, uint64_t from, onnxEnum to_type,
                  uint64_t to, size_t size) {
    const onnxMemoryCopy copy = {from_type, from, to_type, to, size};
    onnxCopyMemoryArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.copies = &copy;
    arguments.copiesCount = 1;
    return table_->copyMemory(&arguments);
  }

  static constexpr onnxEnum kDevice = ONNXIFI_MEMORY_TYPE_DEVICE;
  static constexpr onnxEnum kHost = ONNXIFI_MEMORY_TYPE_CPU;
  const onnxPluginInterface* table_ = nullptr;
};

TEST_F(NativeMemoryTest, ImportedBufferServesAtAnyOffset) {
  const ClOwned<cl_mem> buffer = NewBuffer(4 * kBytes);
  onnxMemory memory = {};
  ASSERT_EQ(Import(Handle(buffer.get()), 4 * kBytes, &memory),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(memory.memoryType, kDevice);
  EXPECT_EQ(memory.hostPointer, nullptr);
  ASSERT_EQ(
      Copy(kHost, Handle(one_.data()), kDevice, memory.buffer + kBytes, kBytes),
      ONNXIFI_STATUS_SUCCESS);
  BindAndRun(kDevice, memory.buffer + kBytes, kDevice,
             memory.buffer + 3 * kBytes);
  EXPECT_EQ(Read(buffer.get(), 3 * kBytes), doubled_);
  EXPECT_EQ(Read(buffer.get(), kBytes), one_);
  Floats result(kCount);
  ASSERT_EQ(Copy(kDevice, memory.buffer + 3 * kBytes, kHost,
                 Handle(result.data()), kBytes),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(result, doubled_);
  EXPECT_EQ(Free(memory), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Bind(kDevice, memory.buffer, kDevice, memory.buffer + kBytes),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
}

TEST_F(NativeMemoryTest, CopiesOverlap) {
  const ClOwned<cl_mem> buffer = NewBuffer(2 * kBytes, one_);
  onnxMemory memory = {};
  ASSERT_EQ(Import(Handle(buffer.get()), 2 * kBytes, &memory),
            ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(Copy(kDevice, memory.buffer, kDevice,
                 memory.buffer + 2 * sizeof(float), kBytes),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(Read(buffer.get(), 2 * sizeof(float)), one_);
  EXPECT_EQ(Free(memory), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(NativeMemoryTest, ExportGivesTheBuffer) {
  const ClOwned<cl_mem> buffer = NewBuffer(kBytes);
  onnxMemory memory = {};
  ASSERT_EQ(Import(Handle(buffer.get()), kBytes, &memory),
            ONNXIFI_STATUS_SUCCESS);
  onnxPointer external = 0;
  onnxExportMemoryArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.kind = ONNXIFI_EXTERNAL_OPENCL_BUFFER;
  arguments.backend = backend_;
  arguments.memoryType = kDevice;
  arguments.buffer = memory.buffer;
  arguments.external = &external;
  ASSERT_EQ(table_->exportMemory(&arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(external, Handle(buffer.get()));
  arguments.kind = ONNXIFI_EXTERNAL_HOST_POINTER;
  EXPECT_EQ(table_->exportMemory(&arguments),
            ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
  EXPECT_EQ(Free(memory), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(NativeMemoryTest, WrongImportsAreRefused) {
  const ClOwned<cl_mem> buffer = NewBuffer(kBytes);
  onnxMemory memory = {};
  EXPECT_EQ(Import(Handle(buffer.get()), kBytes + 1, &memory),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_EQ(Import(Handle(&memory), 4, &memory),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
}

}  // namespace
}  // namespace onnxifi::opencl

ONNXIFI_DEFINE_PLUGIN(onnxifi::opencl::Create)
