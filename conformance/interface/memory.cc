// Interface 1.1: memory that clients allocate, import and export.
#include <algorithm>
#include <limits>
#include <thread>

#include "base/model_builder.h"
#include "conformance/interface/memories.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kMost = std::numeric_limits<size_t>::max();

void ThereAndAligned(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  for (const uint32_t flags : {0u, uint32_t{ONNXIFI_MEMORY_HOST_VISIBLE}}) {
    for (size_t alignment = 0; alignment <= 4096;
         alignment = alignment == 0 ? 1 : alignment * 2) {
      for (const size_t size : {1, 63, 64, 4095, 100000}) {
        onnxMemory memory = MemoryClient::Untouched();
        const onnxStatus status =
            client.Allocate(size, &memory, flags, alignment);
        if (flags != 0 && status == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE) {
          continue;
        }
        CERTIFY_REQUIRE(test, status == ONNXIFI_STATUS_SUCCESS, size,
                        " bytes at ", alignment, ": ", StatusText(status));
        CheckMemory(test, client, memory, size, alignment);
        CERTIFY_CHECK(test, (memory.flags & flags) == flags,
                      "the memory has to be HOST_VISIBLE and is not");
        if (memory.hostPointer != nullptr) {
          std::memset(memory.hostPointer, 7, size);
        }
        CERTIFY_STATUS(test, client.Free(memory), ONNXIFI_STATUS_SUCCESS,
                       client.client().LastError());
      }
    }
  }
}

// Memories keep what is in them.
void MemoriesAreApart(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  if (!client.reachable()) {
    client.client().Unsupported("a client cannot read the memory");
    return;
  }
  constexpr size_t kCount = 20;
  std::vector<onnxMemory> all;
  for (size_t i = 0; i < kCount; ++i) {
    all.push_back(client.New(100 + i * 37));
    CERTIFY_REQUIRE(test, all.back().buffer != 0, "no memory");
    const std::vector<char> bytes(100 + i * 37, static_cast<char>(i + 1));
    if (!client.Write(all[i], 0, bytes.data(), bytes.size())) return;
  }
  for (size_t i = 0; i < kCount; ++i) {
    std::vector<char> bytes(100 + i * 37, 0);
    if (!client.Read(all[i], 0, bytes.data(), bytes.size())) return;
    CERTIFY_CHECK(test,
                  std::all_of(bytes.begin(), bytes.end(),
                              [&](char c) { return c == char(i + 1); }),
                  "memory ", i, " of ", kCount, " has changed");
  }
}

void AllocateRefusesBadArguments(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  onnxMemory memory = MemoryClient::Untouched();
  const auto refused = [&](const char* what, onnxStatus wanted,
                           onnxStatus got) {
    CERTIFY_CHECK(test, got == wanted, "allocateMemory returns ",
                  StatusText(got), ", not ", StatusText(wanted), ": ", what);
    CERTIFY_CHECK(test, MemoryClient::IsUntouched(memory),
                  "*memory was changed: ", what);
  };
  refused("size 0", ONNXIFI_STATUS_INVALID_SIZE, client.Allocate(0, &memory));
  for (const size_t alignment : {size_t{3}, size_t{96}, size_t{8192},
                                 size_t{1} << 40, kMost}) {
    refused("an alignment that is none", ONNXIFI_STATUS_INVALID_SIZE,
            client.Allocate(8, &memory, 0, alignment));
  }
  for (const uint32_t flags : {uint32_t{1} << 20, uint32_t{1} << 31}) {
    refused("unknown flags", ONNXIFI_STATUS_INVALID_PROPERTY,
            client.Allocate(8, &memory, flags));
  }
  refused("memory == NULL", ONNXIFI_STATUS_INVALID_POINTER,
          client.Allocate(8, nullptr));
  for (const size_t size : {kMost, kMost - 4095, kMost / 2}) {
    const onnxStatus status = client.Allocate(size, &memory, 0, 4096);
    CERTIFY_CHECK(test,
                  status == ONNXIFI_STATUS_NO_SYSTEM_MEMORY ||
                      status == ONNXIFI_STATUS_NO_DEVICE_MEMORY,
                  "allocateMemory of ", size, " bytes: ", StatusText(status));
    refused("more than there is", status, status);
  }
  for (const NoHandle& none : NoHandles()) {
    if (none.value == nullptr) continue;
    refused(none.what, ONNXIFI_STATUS_INVALID_BACKEND,
            client.Allocate(8, &memory, 0, 0, none.value));
  }
  for (const uint32_t size : {uint32_t{0}, uint32_t{4},
                              static_cast<uint32_t>(sizeof(memory) - 1)}) {
    memory.structSize = size;
    refused("memory->structSize is too small", ONNXIFI_STATUS_INVALID_SIZE,
            client.Allocate(8, &memory));
  }
  struct {
    onnxMemory known = New<onnxMemory>();
    uint64_t behind = 0x0123456789abcdef;
  } exact;
  CERTIFY_STATUS(test, client.Allocate(8, &exact.known),
                 ONNXIFI_STATUS_SUCCESS, client.client().LastError());
  CERTIFY_CHECK(test, exact.behind == 0x0123456789abcdef,
                "bytes behind structSize were written");
  Later<onnxMemory> later(New<onnxMemory>());
  CERTIFY_STATUS(test, client.Allocate(8, &later.known),
                 ONNXIFI_STATUS_SUCCESS, "a structure of a later version");
}

void FreedOnceByItsOwnBackend(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  onnxBackend other = client.session().NewBackend();
  CERTIFY_REQUIRE(test, other != nullptr, "no backend");
  const onnxMemory memory = client.New(100);
  CERTIFY_REQUIRE(test, memory.buffer != 0, "no memory");
  const auto refused = [&](const char* what, onnxMemory bad,
                           onnxBackend backend) {
    CERTIFY_STATUS(test, client.Free(bad, backend),
                   ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, what);
  };
  onnxBackend own = client.session().backend();
  onnxMemory bad = memory;
  bad.buffer += 1;
  refused("an address inside", bad, own);
  bad.buffer = 0;
  refused("address 0", bad, own);
  refused("another backend", memory, other);
  bad = memory;
  bad.memoryType = memory.memoryType == ONNXIFI_MEMORY_TYPE_CPU
                       ? onnxEnum{ONNXIFI_MEMORY_TYPE_DEVICE}
                       : onnxEnum{ONNXIFI_MEMORY_TYPE_CPU};
  refused("another type", bad, own);
  for (const NoHandle& none : NoHandles()) {
    if (none.value == nullptr) continue;
    CERTIFY_STATUS(test, client.Free(memory, none.value),
                   ONNXIFI_STATUS_INVALID_BACKEND, none.what);
  }
  CERTIFY_STATUS(test, client.Free(memory), ONNXIFI_STATUS_SUCCESS,
                 "memory that refused calls have left alone");
  refused("freed twice", memory, own);
}

void GraphsReadAndWriteIt(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  if (!client.reachable()) {
    client.client().Unsupported("a client cannot read the memory");
    return;
  }
  BoundMemory bound(test, client);
  CERTIFY_REQUIRE(test, bound.ready(), "no graph");
  constexpr size_t kBytes = BoundMemory::kBytes;
  const onnxMemory one = client.New(4 * kBytes);
  const onnxMemory two = client.New(kBytes);
  CERTIFY_REQUIRE(test, one.buffer != 0 && two.buffer != 0, "no memory");
  std::vector<char> host(kBytes + 1);
  const onnxMemory plain = HostMemory(host.data() + 1, kBytes);
  bound.Expect(one, 0, one, kBytes, 1, "both in one memory");
  bound.Expect(one, kBytes, two, 0, 2, "in two memories");
  bound.Expect(one, 3 * kBytes, one, 0, 3, "up to the last byte");
  bound.Expect(one, 4, one, 2 * kBytes, 4, "at an offset");
  bound.Expect(plain, 0, two, 0, 5, "an input in host memory");
  bound.Expect(two, 0, plain, 0, 6, "an output in host memory");
  bound.Expect(plain, 0, plain, 0, 7, "host memory again");
}

void OutsideOfLiveMemory(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  BoundMemory bound(test, client);
  CERTIFY_REQUIRE(test, bound.ready(), "no graph");
  constexpr size_t kBytes = BoundMemory::kBytes;
  const onnxMemory memory = client.New(2 * kBytes);
  CERTIFY_REQUIRE(test, memory.buffer != 0, "no memory");
  if (memory.memoryType == ONNXIFI_MEMORY_TYPE_CPU) {
    client.client().Unsupported("its memory is plain host memory");
    return;
  }
  // A memory may be larger than it was asked for.
  const size_t size = memory.size;
  for (const size_t at :
       {size - kBytes + 1, size, size + 1, kMost, kMost - kBytes, size * 100}) {
    CERTIFY_STATUS(test, bound.Bind(memory, at, memory, 0),
                   ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                   "an input at offset ", at, " of ", size);
    CERTIFY_STATUS(test, bound.Bind(memory, 0, memory, at),
                   ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                   "an output at offset ", at, " of ", size);
  }
  onnxMemory none = memory;
  none.buffer = 0;
  CERTIFY_STATUS(test, bound.Bind(none, 0, memory, 0),
                 ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, "buffer 0");
  // Memory of another backend is none of its graphs'.
  onnxBackend other = client.session().NewBackend();
  onnxMemory theirs = MemoryClient::Untouched();
  CERTIFY_STATUS(test, client.Allocate(kBytes, &theirs, 0, 0, other),
                 ONNXIFI_STATUS_SUCCESS, client.client().LastError());
  CERTIFY_STATUS(test, bound.Bind(theirs, 0, memory, 0),
                 ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                 "memory of another backend");
  CERTIFY_STATUS(test, client.Free(theirs, other), ONNXIFI_STATUS_SUCCESS,
                 client.client().LastError());
  CERTIFY_STATUS(test, bound.Bind(memory, 0, memory, kBytes),
                 ONNXIFI_STATUS_SUCCESS, client.client().LastError());
  CERTIFY_STATUS(test, client.Free(memory), ONNXIFI_STATUS_SUCCESS,
                 client.client().LastError());
  CERTIFY_STATUS(test, bound.Bind(memory, 0, memory, kBytes),
                 ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, "freed memory");
}

void WeightsAreReadInHostMemory(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  const std::string model = wire::ModelBuilder(8, 13)
                                .Input("x", wire::kFloat, {2, 3})
                                .Input("w", wire::kFloat, {2, 3})
                                .Output("y", wire::kFloat, {2, 3})
                                .Output("v", wire::kFloat, {2, 3})
                                .Node("Identity", {"x"}, {"y"})
                                .Node("Identity", {"w"}, {"v"})
                                .Build();
  const onnxMemory memory = client.New(24);
  CERTIFY_REQUIRE(test, memory.buffer != 0, "no memory");
  if (memory.memoryType == ONNXIFI_MEMORY_TYPE_CPU) {
    client.client().Unsupported("its memory is plain host memory");
    return;
  }
  const uint64_t shape[] = {2, 3};
  auto weight = Describe("w", ONNXIFI_DATATYPE_FLOAT32, shape, nullptr);
  weight.memoryType = memory.memoryType;
  weight.buffer = memory.buffer;
  onnxGraph graph = &graph;
  CERTIFY_STATUS(test,
                 test.plugin().onnxInitGraph(client.session().backend(),
                                             nullptr, model.size(),
                                             model.data(), 1, &weight, &graph),
                 ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                 "a weight in device memory");
  CERTIFY_CHECK(test, graph == nullptr, "a graph");
}

void ThreadsAllocateAndFree(Test& test) {
  MemoryClient client(test);
  if (!client.ready()) return;
  if ((client.session().InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) &
       ONNXIFI_CAPABILITY_THREAD_SAFE) == 0) {
    client.client().Unsupported("the backend is not THREAD_SAFE");
    return;
  }
  onnxBackend backend = client.session().backend();
  std::vector<std::string> problems(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < problems.size(); ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 200 && problems[t].empty(); ++i) {
        onnxMemory memory = MemoryClient::Untouched();
        onnxStatus status =
            client.Allocate(64 + t + i, &memory, 0, 64, backend);
        if (status != ONNXIFI_STATUS_SUCCESS) {
          problems[t] = "allocateMemory: " + StatusText(status);
          return;
        }
        if (memory.hostPointer != nullptr) {
          std::memset(memory.hostPointer, static_cast<int>(t), 64 + t + i);
        }
        status = client.Free(memory, backend);
        if (status != ONNXIFI_STATUS_SUCCESS) {
          problems[t] = "freeMemory: " + StatusText(status);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& problem : problems) {
    CERTIFY_CHECK(test, problem.empty(), problem);
  }
}

}  // namespace

void AddMemoryTests(TestList* list) {
  const std::string at = "interface/memory/";
  list->profile = Profile::kMemory;
  list->Add(at + "there_and_aligned", {"R-ext-45"}, &ThereAndAligned);
  list->Add(at + "memories_are_apart", {"R-ext-45"}, &MemoriesAreApart);
  list->Add(at + "allocate_bad_arguments", {"R-ext-45"},
            &AllocateRefusesBadArguments);
  list->Add(at + "freed_once", {"R-ext-46"}, &FreedOnceByItsOwnBackend);
  list->Add(at + "graphs_read_and_write_it", {"R-ext-45"},
            &GraphsReadAndWriteIt);
  list->Add(at + "outside_of_live_memory", {"R-ext-45", "R-ext-46"},
            &OutsideOfLiveMemory);
  list->Add(at + "weights_in_host_memory", {"R-171"},
            &WeightsAreReadInHostMemory);
  list->Add(at + "threads", {"R-ext-45", "R-ext-46"}, &ThreadsAllocateAndFree);
}

}  // namespace onnxifi::conformance
