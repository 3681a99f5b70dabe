// Interface 1.1: memory of clients. Requirements R-ext-45 to R-ext-48.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/dlpack.h"
#include "backends/common/testing/memory_fixture.h"

namespace onnxifi::testing {
namespace {

constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;
constexpr uint32_t kPointer = ONNXIFI_EXTERNAL_HOST_POINTER;
constexpr uint32_t kDlpack = ONNXIFI_EXTERNAL_DLPACK;
constexpr size_t kSix = 6 * sizeof(float);

// "add" with its tensors in one memory: a, b, c.
class MemoryRunTest : public MemoryTest {
 protected:
  void SetUp() override {
    MemoryTest::SetUp();
    graph_ = NewGraph(models::Add());
  }
  // Descriptors of c = a + b at these buffers.
  onnxStatus Bind(const std::vector<onnxPointer>& at,
                  onnxEnum type = ONNXIFI_MEMORY_TYPE_DEVICE) {
    const char* names[] = {"a", "b", "c"};
    std::vector<onnxTensorDescriptorV1> all;
    for (size_t i = 0; i < 3; ++i) {
      const Tensor tensor = {names[i], {2, 3}, kFloat, nullptr};
      tensors_[i] = tensor;
      all.push_back(tensors_[i].Descriptor());
      all.back().memoryType = type;
      all.back().buffer = at[i];
    }
    return onnxSetGraphIO(graph_, 2, all.data(), 1, all.data() + 2);
  }
  void RunBound() {
    onnxEvent input = NewEvent();
    onnxEvent output = AbiTest::Run(graph_, input);
    ASSERT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
  }

  onnxGraph graph_ = nullptr;
  Tensor tensors_[3];
};

TEST_F(MemoryTest, R_ext_45_MemoryIsThereAndAligned) {
  for (const size_t alignment : {0, 1, 2, 64, 256, 4096}) {
    for (const size_t size : {1, 63, 64, 100000}) {
      onnxMemory memory = Untouched();
      ASSERT_EQ(Allocate(size, &memory, ONNXIFI_MEMORY_HOST_VISIBLE, alignment),
                ONNXIFI_STATUS_SUCCESS)
          << LastError();
      EXPECT_EQ(memory.memoryType, ONNXIFI_MEMORY_TYPE_DEVICE);
      EXPECT_EQ(memory.size, size);
      EXPECT_EQ(memory.flags, uint32_t{ONNXIFI_MEMORY_HOST_VISIBLE});
      EXPECT_EQ(memory.buffer % std::max<size_t>(alignment, 64), 0u);
      ASSERT_NE(memory.hostPointer, nullptr);
      std::memset(memory.hostPointer, 7, size);
      EXPECT_EQ(Free(memory.buffer), ONNXIFI_STATUS_SUCCESS);
    }
  }
}

TEST_F(MemoryTest, TheBackendTellsOfIt) {
  uint64_t types = 0;
  size_t size = sizeof(types);
  ASSERT_EQ(
      onnxGetBackendInfo(id_, ONNXIFI_BACKEND_MEMORY_TYPES, &types, &size),
      ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(types, uint64_t{ONNXIFI_MEMORY_TYPE_DEVICE});
}

TEST_F(MemoryRunTest, R_ext_45_GraphsReadAndWriteIt) {
  const onnxMemory memory = New(4 * kSix);
  auto* floats = static_cast<float*>(memory.hostPointer);
  const onnxPointer at = memory.buffer;
  for (int i = 0; i < 12; ++i) floats[i] = static_cast<float>(i);
  // The last bytes of the memory count, too; inputs may be one tensor.
  ASSERT_EQ(Bind({at, at + kSix, at + 3 * kSix}), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  RunBound();
  EXPECT_EQ(floats[18], 6);
  EXPECT_EQ(floats[23], 16);
  ASSERT_EQ(Bind({at + 4, at + 4, at + 2 * kSix}), ONNXIFI_STATUS_SUCCESS);
  RunBound();
  EXPECT_EQ(floats[12], 2);
}

TEST_F(MemoryRunTest, R_ext_45_DescriptorsOutsideOfLiveMemory) {
  const onnxMemory memory = New(3 * kSix);
  const onnxPointer at = memory.buffer;
  const onnxPointer good = at;
  for (const onnxPointer bad :
       {at - 1, at + 2 * kSix + 1, at + 3 * kSix, onnxPointer{1},
        std::numeric_limits<onnxPointer>::max() - kSix}) {
    EXPECT_EQ(Bind({good, bad, good}), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
    EXPECT_EQ(Bind({good, good, bad}), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
    EXPECT_NE(LastError().find("'c'"), std::string::npos) << LastError();
  }
  EXPECT_EQ(Bind({good, good, 0}), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_EQ(Bind({good, good, good}, 32), ONNXIFI_STATUS_INVALID_MEMORY_TYPE);
  // Memory of another backend is none of ours.
  const onnxBackend own = backend_;
  backend_ = NewBackend(id_);
  const onnxMemory other = New(kSix);
  backend_ = own;
  EXPECT_EQ(Bind({good, good, other.buffer}),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_EQ(Free(memory.buffer), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Bind({good, good, good}), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
}

TEST_F(MemoryTest, WeightsAreReadInHostMemory) {
  const onnxMemory memory = New(kSix);
  const Tensor weight = {"w", {2, 3}, kFloat, memory.hostPointer};
  onnxTensorDescriptorV1 descriptor = weight.Descriptor();
  descriptor.memoryType = ONNXIFI_MEMORY_TYPE_DEVICE;
  onnxGraph graph = nullptr;
  EXPECT_EQ(InitGraph(models::WeightByDescriptor(), &graph, {descriptor}),
            ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE);
}

TEST_F(MemoryTest, AllocateRefusesBadArguments) {
  onnxMemory memory = Untouched();
  const auto refused = [&](onnxStatus status, onnxStatus got) {
    EXPECT_EQ(got, status) << LastError();
    EXPECT_EQ(memory.buffer, 4711u);
  };
  refused(ONNXIFI_STATUS_INVALID_SIZE, Allocate(0, &memory));
  for (const size_t alignment : {size_t{3}, size_t{96}, size_t{8192},
                                 std::numeric_limits<size_t>::max()}) {
    refused(ONNXIFI_STATUS_INVALID_SIZE, Allocate(8, &memory, 0, alignment));
  }
  refused(ONNXIFI_STATUS_INVALID_PROPERTY, Allocate(8, &memory, 2));
  refused(ONNXIFI_STATUS_INVALID_POINTER, Allocate(8, nullptr));
  constexpr size_t kMost = std::numeric_limits<size_t>::max();
  for (const size_t size : {kMost, kMost - 4095, kMost / 2}) {
    refused(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, Allocate(size, &memory, 0, 4096));
  }
  memory.structSize = sizeof(memory) - 1;
  refused(ONNXIFI_STATUS_INVALID_SIZE, Allocate(8, &memory));
  memory.structSize = sizeof(memory);
  backend_ = Garbage();
  refused(ONNXIFI_STATUS_INVALID_BACKEND, Allocate(8, &memory));
  refused(ONNXIFI_STATUS_INVALID_BACKEND, Import(kPointer, 1, 1, &memory));
  EXPECT_EQ(Free(1), ONNXIFI_STATUS_INVALID_BACKEND);
  onnxPointer external = 0;
  EXPECT_EQ(Export(kPointer, 1, &external), ONNXIFI_STATUS_INVALID_BACKEND);
  backend_ = nullptr;
}

TEST_F(MemoryTest, R_ext_3_R_ext_4_EveryCallChecksItsStructure) {
  onnxAllocateMemoryArguments allocate = {};
  onnxFreeMemoryArguments free = {};
  onnxImportMemoryArguments import = {};
  onnxExportMemoryArguments give = {};
  onnxCopyMemoryArguments copy = {};
  onnxQueryCopyArguments query = {};
  const auto expect = [&](onnxStatus status) {
    EXPECT_EQ(table_->allocateMemory(&allocate), status);
    EXPECT_EQ(table_->freeMemory(&free), status);
    EXPECT_EQ(table_->importMemory(&import), status);
    EXPECT_EQ(table_->exportMemory(&give), status);
    EXPECT_EQ(table_->copyMemory(&copy), status);
    EXPECT_EQ(table_->queryCopy(&query), status);
  };
  EXPECT_EQ(table_->allocateMemory(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->freeMemory(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->importMemory(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->exportMemory(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->copyMemory(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(table_->queryCopy(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  expect(ONNXIFI_STATUS_INVALID_SIZE);
  const auto resize = [&](uint32_t less, const void* next) {
    allocate.structSize = sizeof(allocate) - less;
    free.structSize = sizeof(free) - less;
    import.structSize = sizeof(import) - less;
    give.structSize = sizeof(give) - less;
    copy.structSize = sizeof(copy) - less;
    query.structSize = sizeof(query) - less;
    allocate.next = free.next = import.next = next;
    give.next = copy.next = query.next = next;
  };
  resize(1, nullptr);
  expect(ONNXIFI_STATUS_INVALID_SIZE);
  resize(0, &copy);
  expect(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
}

TEST_F(MemoryTest, R_ext_46_FreedOnceByItsOwnBackend) {
  const onnxMemory memory = New(100);
  EXPECT_EQ(Free(memory.buffer + 1), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_EQ(Free(memory.buffer, ONNXIFI_MEMORY_TYPE_CPU),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  const onnxBackend own = backend_;
  backend_ = NewBackend(id_);
  EXPECT_EQ(Free(memory.buffer), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  backend_ = own;
  EXPECT_EQ(Free(memory.buffer), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Free(memory.buffer), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
}

// A leak checker sees it otherwise.
TEST_F(MemoryTest, ABackendFreesWhatIsLeft) {
  const onnxBackend own = backend_;
  backend_ = NewBackend(id_);
  New(1000);
  New(2000);
  Forget(backend_);
  EXPECT_EQ(onnxReleaseBackend(backend_), ONNXIFI_STATUS_SUCCESS);
  backend_ = own;
}

TEST_F(MemoryTest, ThreadsAllocateAndFree) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 200; ++i) {
        onnxMemory memory = Untouched();
        ASSERT_EQ(Allocate(64 + static_cast<size_t>(t + i), &memory),
                  ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(Free(memory.buffer), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(Free(1), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(MemoryRunTest, R_ext_47_HostPointersAreUsedInPlace) {
  std::vector<float> floats(18, 1);
  onnxMemory memory = Untouched();
  const onnxPointer at = AddressOf(floats.data());
  ASSERT_EQ(Import(kPointer, at, 3 * kSix, &memory), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(memory.buffer, at);
  EXPECT_EQ(memory.hostPointer, floats.data());
  EXPECT_EQ(memory.size, 3 * kSix);
  ASSERT_EQ(Bind({at, at + kSix, at + 2 * kSix}), ONNXIFI_STATUS_SUCCESS);
  RunBound();
  EXPECT_EQ(floats[17], 2);
  EXPECT_EQ(Free(at), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(floats[17], 2);
}

TEST_F(MemoryTest, R_ext_47_ImportRefusesBadArguments) {
  onnxMemory memory = Untouched();
  std::vector<char> bytes(100);
  const onnxPointer at = AddressOf(bytes.data());
  const auto refused = [&](onnxStatus status, onnxStatus got) {
    EXPECT_EQ(got, status) << LastError();
    EXPECT_EQ(memory.buffer, 4711u);
  };
  refused(ONNXIFI_STATUS_INVALID_MEMORY_TYPE, Import(0, at, 100, &memory));
  refused(ONNXIFI_STATUS_INVALID_MEMORY_TYPE, Import(6, at, 100, &memory));
  for (const uint32_t kind : {3, 4, 5}) {
    refused(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
            Import(kind, at, 100, &memory));
  }
  refused(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          Import(kPointer, 0, 100, &memory));
  refused(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          Import(kDlpack, 0, 100, &memory));
  refused(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          Import(kPointer, at, std::numeric_limits<size_t>::max(), &memory));
  refused(ONNXIFI_STATUS_INVALID_SIZE, Import(kPointer, at, 0, &memory));
  refused(ONNXIFI_STATUS_INVALID_POINTER, Import(kPointer, at, 1, nullptr));
}

TEST_F(MemoryTest, R_ext_47_MemoriesDoNotOverlap) {
  std::vector<char> bytes(300);
  const onnxPointer at = AddressOf(bytes.data());
  onnxMemory memory = Untouched();
  ASSERT_EQ(Import(kPointer, at + 100, 100, &memory), ONNXIFI_STATUS_SUCCESS);
  const struct {
    onnxPointer at;
    size_t size;
    bool fits;
  } kCases[] = {{at, 101, false},      {at + 199, 1, false},
                {at + 100, 1, false},  {at, 300, false},
                {at + 150, 10, false}, {at, 100, true},
                {at + 200, 100, true}};
  for (const auto& c : kCases) {
    EXPECT_EQ(Import(kPointer, c.at, c.size, &memory),
              c.fits ? ONNXIFI_STATUS_SUCCESS
                     : ONNXIFI_STATUS_INVALID_MEMORY_LOCATION)
        << c.at - at;
  }
}

// A tensor whose deletions are counted.
struct CountedTensor {
  std::vector<float> data = std::vector<float>(12, 1);
  std::vector<int64_t> shape = {2, 6};
  std::vector<int64_t> strides = {6, 1};
  int deleted = 0;
  dlpack::ManagedTensor managed = {};

  CountedTensor() {
    managed.tensor.data = data.data();
    managed.tensor.device = {dlpack::kHostDevice, 0};
    managed.tensor.rank = 2;
    managed.tensor.type = {2, 32, 1};
    managed.tensor.shape = shape.data();
    managed.context = this;
    managed.deleter = [](dlpack::ManagedTensor* self) {
      ++static_cast<CountedTensor*>(self->context)->deleted;
    };
  }
  onnxPointer address() { return reinterpret_cast<onnxPointer>(&managed); }
};

TEST_F(MemoryRunTest, R_ext_47_DlpackTensorsAreTakenOver) {
  CountedTensor tensor;
  tensor.managed.tensor.strides = tensor.strides.data();
  onnxMemory memory = Untouched();
  ASSERT_EQ(Import(kDlpack, tensor.address(), 0, &memory),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(memory.size, 2 * kSix);
  const onnxPointer at = memory.buffer;
  EXPECT_EQ(at, AddressOf(tensor.data.data()));
  ASSERT_EQ(Bind({at, at, at + kSix}), ONNXIFI_STATUS_SUCCESS) << LastError();
  RunBound();
  EXPECT_EQ(tensor.data[11], 2);
  EXPECT_EQ(tensor.deleted, 0);
  EXPECT_EQ(Free(at), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(tensor.deleted, 1);
  EXPECT_EQ(Free(at), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_EQ(tensor.deleted, 1);
}

TEST_F(MemoryTest, R_ext_47_DlpackOffsetsAndStridesThatSayNothing) {
  CountedTensor tensor;
  tensor.shape = {1, 11};
  tensor.strides = {-5, 1};
  tensor.managed.tensor.strides = tensor.strides.data();
  tensor.managed.tensor.byte_offset = 4;
  tensor.managed.deleter = nullptr;
  onnxMemory memory = Untouched();
  ASSERT_EQ(Import(kDlpack, tensor.address(), 0, &memory),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(memory.size, 44u);
  EXPECT_EQ(memory.buffer, AddressOf(tensor.data.data() + 1));
  EXPECT_EQ(Free(memory.buffer), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(MemoryTest, R_ext_47_DlpackTensorsThatAreRefusedStayTheClients) {
  const auto refused = [&](const char* what, onnxStatus status,
                           const auto& spoil) {
    SCOPED_TRACE(what);
    CountedTensor tensor;
    tensor.managed.tensor.strides = tensor.strides.data();
    spoil(tensor);
    onnxMemory memory = Untouched();
    EXPECT_EQ(Import(kDlpack, tensor.address(), 0, &memory), status)
        << LastError();
    EXPECT_EQ(memory.buffer, 4711u);
    EXPECT_EQ(tensor.deleted, 0);
  };
  using T = CountedTensor;
  constexpr onnxStatus kShape = ONNXIFI_STATUS_INVALID_SHAPE;
  refused("other device", ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
          [](T& t) { t.managed.tensor.device.type = 2; });
  refused("gaps", kShape, [](T& t) { t.strides = {7, 1}; });
  refused("transposed", kShape, [](T& t) { t.strides = {1, 2}; });
  refused("backwards", kShape, [](T& t) { t.strides = {6, -1}; });
  refused("negative", kShape, [](T& t) { t.shape = {-2, -6}; });
  refused("rank", kShape, [](T& t) { t.managed.tensor.rank = -1; });
  refused("rank", kShape, [](T& t) { t.managed.tensor.rank = 65; });
  refused("no shape", kShape, [](T& t) { t.managed.tensor.shape = nullptr; });
  refused("huge", kShape, [](T& t) {
    t.managed.tensor.strides = nullptr;
    t.shape = {int64_t{1} << 62, 8};
  });
  refused("huge", kShape, [](T& t) {
    t.managed.tensor.strides = nullptr;
    t.shape = {int64_t{1} << 62, 1};
  });
  refused("empty", ONNXIFI_STATUS_INVALID_SIZE, [](T& t) {
    t.managed.tensor.strides = nullptr;
    t.shape = {0, 6};
  });
  refused("no bits", ONNXIFI_STATUS_INVALID_SIZE,
          [](T& t) { t.managed.tensor.type.bits = 0; });
  refused("no data", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          [](T& t) { t.managed.tensor.data = nullptr; });
  refused("offset", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          [](T& t) { t.managed.tensor.byte_offset = ~uint64_t{0}; });
  CountedTensor tensor;
  onnxMemory memory = Untouched();
  EXPECT_EQ(Import(kDlpack, tensor.address() + 1, 0, &memory),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  // What is there already.
  ASSERT_EQ(Import(kPointer, AddressOf(tensor.data.data()), 8, &memory),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Import(kDlpack, tensor.address(), 0, &memory),
            ONNXIFI_STATUS_INVALID_MEMORY_LOCATION);
  EXPECT_EQ(tensor.deleted, 0);
}

TEST_F(MemoryTest, R_ext_48_ExportedMemoryIsTheSame) {
  const onnxMemory memory = New(100);
  onnxPointer external = 0;
  ASSERT_EQ(Export(kPointer, memory.buffer, &external), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(external, AddressOf(memory.hostPointer));
  ASSERT_EQ(Export(kDlpack, memory.buffer, &external), ONNXIFI_STATUS_SUCCESS);
  auto* managed = reinterpret_cast<dlpack::ManagedTensor*>(external);
  const dlpack::Tensor& tensor = managed->tensor;
  EXPECT_EQ(tensor.data, memory.hostPointer);
  EXPECT_EQ(tensor.device.type, dlpack::kHostDevice);
  EXPECT_EQ(tensor.byte_offset, 0u);
  ASSERT_EQ(tensor.rank, 1);
  EXPECT_EQ(tensor.shape[0], 100);
  EXPECT_EQ(tensor.strides[0], 1);
  EXPECT_EQ(tensor.type.bits * tensor.type.lanes, 8);
  // Another backend takes it.
  const onnxBackend own = backend_;
  backend_ = NewBackend(id_);
  onnxMemory other = Untouched();
  EXPECT_EQ(Import(kDlpack, external, 0, &other), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(other.buffer, memory.buffer);
  EXPECT_EQ(Free(other.buffer), ONNXIFI_STATUS_SUCCESS);
  backend_ = own;
}

TEST_F(MemoryTest, R_ext_48_ExportRefusesBadArguments) {
  const onnxMemory memory = New(100);
  onnxPointer external = 4711;
  const auto refused = [&](onnxStatus status, onnxStatus got) {
    EXPECT_EQ(got, status) << LastError();
    EXPECT_EQ(external, 4711u);
  };
  refused(ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
          Export(0, memory.buffer, &external));
  refused(ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
          Export(6, memory.buffer, &external));
  refused(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
          Export(ONNXIFI_EXTERNAL_CUDA_POINTER, memory.buffer, &external));
  refused(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          Export(kPointer, memory.buffer + 1, &external));
  refused(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          Export(kPointer, memory.buffer, &external, ONNXIFI_MEMORY_TYPE_CPU));
  refused(ONNXIFI_STATUS_INVALID_POINTER,
          Export(kPointer, memory.buffer, nullptr));
}

}  // namespace
}  // namespace onnxifi::testing
