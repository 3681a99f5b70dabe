// Interface 1.1: memory of others, and memory for others.
#include <limits>

#include "conformance/interface/memories.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kMost = std::numeric_limits<size_t>::max();

bool OffersImport(MemoryClient& client) {
  return client.ready() &&
         client.client().Offers(client.client().table().importMemory,
                                "importMemory");
}

void HostPointersAreUsedInPlace(Test& test) {
  MemoryClient client(test);
  if (!OffersImport(client)) return;
  constexpr size_t kBytes = BoundMemory::kBytes;
  // A page of its own: what a device can map.
  Result<GuardedBuffer> buffer = GuardedBuffer::Make(8192);
  CERTIFY_REQUIRE(test, buffer.ok(), buffer.status().message());
  std::byte* const at = buffer.value().bytes().data();
  onnxMemory memory = MemoryClient::Untouched();
  const onnxStatus status =
      client.Import(ONNXIFI_EXTERNAL_HOST_POINTER, AddressOf(at), 8192,
                    &memory);
  if (status == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE) {
    client.client().Unsupported("it imports no host pointers");
    return;
  }
  CERTIFY_REQUIRE(test, status == ONNXIFI_STATUS_SUCCESS, "importMemory: ",
                  StatusText(status), ": ", client.client().LastError());
  CheckMemory(test, client, memory, 8192, 0);
  BoundMemory bound(test, client);
  CERTIFY_REQUIRE(test, bound.ready(), "no graph");
  // What the client sees is the memory itself.
  onnxMemory seen = memory;
  seen.hostPointer = at;
  bound.Expect(seen, 0, seen, kBytes, 1, "imported memory");
  bound.Expect(seen, 64, seen, 8192 - kBytes, 2, "its last bytes");
  CERTIFY_STATUS(test, client.Free(memory), ONNXIFI_STATUS_SUCCESS,
                 client.client().LastError());
  // It is the client's as before.
  std::memset(at, 1, 8192);
  CERTIFY_CHECK(test, buffer.value().Damage().empty(),
                buffer.value().Damage());
  CERTIFY_STATUS(test, client.Free(memory, client.session().backend()),
                 ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, "freed twice");
}

void ImportRefusesBadArguments(Test& test) {
  MemoryClient client(test);
  if (!OffersImport(client)) return;
  std::vector<char> bytes(100);
  const onnxPointer at = AddressOf(bytes.data());
  onnxMemory memory = MemoryClient::Untouched();
  const auto refused = [&](const char* what, onnxStatus wanted,
                           onnxStatus got) {
    CERTIFY_CHECK(test, got == wanted, "importMemory returns ",
                  StatusText(got), ", not ", StatusText(wanted), ": ", what);
    CERTIFY_CHECK(test, MemoryClient::IsUntouched(memory),
                  "*memory was changed: ", what);
  };
  constexpr uint32_t kPointer = ONNXIFI_EXTERNAL_HOST_POINTER;
  for (const uint32_t kind : {uint32_t{0}, uint32_t{0x7fffffff}}) {
    refused("an unknown kind", ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
            client.Import(kind, at, 100, &memory));
  }
  for (const NoHandle& none : NoHandles()) {
    if (none.value == nullptr) continue;
    refused(none.what, ONNXIFI_STATUS_INVALID_BACKEND,
            client.Import(kPointer, at, 100, &memory, none.value));
  }
  refused("memory == NULL", ONNXIFI_STATUS_INVALID_POINTER,
          client.Import(kPointer, at, 100, nullptr));
  // The kinds that it does not offer, it refuses as such.
  for (const uint32_t kind : {kPointer, uint32_t{ONNXIFI_EXTERNAL_DLPACK}}) {
    const onnxStatus status = client.Import(kind, 0, 100, &memory);
    CERTIFY_CHECK(test,
                  status == ONNXIFI_STATUS_INVALID_MEMORY_LOCATION ||
                      status == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                  "importMemory of address 0: ", StatusText(status));
    refused("address 0", status, status);
  }
  const onnxStatus whole = client.Import(kPointer, at, kMost, &memory);
  CERTIFY_CHECK(test,
                whole == ONNXIFI_STATUS_INVALID_MEMORY_LOCATION ||
                    whole == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                "importMemory of all memory there is: ", StatusText(whole));
  const onnxStatus nothing = client.Import(kPointer, at, 0, &memory);
  CERTIFY_CHECK(test,
                nothing == ONNXIFI_STATUS_INVALID_SIZE ||
                    nothing == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                "importMemory of no bytes: ", StatusText(nothing));
  refused("no bytes", nothing, nothing);
}

void DlpackIsTakenOver(Test& test) {
  MemoryClient client(test);
  if (!OffersImport(client)) return;
  constexpr size_t kBytes = BoundMemory::kBytes;
  BoundMemory bound(test, client);
  CERTIFY_REQUIRE(test, bound.ready(), "no graph");
  for (const bool with_strides : {false, true}) {
    CountedTensor tensor;
    if (with_strides) tensor.managed.tensor.strides = tensor.strides.data();
    onnxMemory memory = MemoryClient::Untouched();
    const onnxStatus status =
        client.Import(ONNXIFI_EXTERNAL_DLPACK, tensor.address(), 0, &memory);
    if (status == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE) {
      CERTIFY_CHECK(test, tensor.deleted == 0, "a refused tensor was deleted");
      client.client().Unsupported("it imports no DLPack tensors");
      return;
    }
    CERTIFY_REQUIRE(test, status == ONNXIFI_STATUS_SUCCESS, "importMemory: ",
                    StatusText(status), ": ", client.client().LastError());
    CheckMemory(test, client, memory, 2 * kBytes, 0);
    onnxMemory seen = memory;
    seen.hostPointer = tensor.data.data();
    bound.Expect(seen, 0, seen, kBytes, 1, "a DLPack tensor");
    CERTIFY_CHECK(test, tensor.deleted == 0, "deleted while it is in use");
    CERTIFY_STATUS(test, client.Free(memory), ONNXIFI_STATUS_SUCCESS,
                   client.client().LastError());
    CERTIFY_CHECK(test, tensor.deleted == 1, "the deleter was called ",
                  tensor.deleted, " times by freeMemory");
    CERTIFY_STATUS(test, client.Free(memory, client.session().backend()),
                   ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, "freed twice");
    CERTIFY_CHECK(test, tensor.deleted == 1, "the deleter was called ",
                  tensor.deleted, " times");
  }
}

void RefusedDlpackStaysTheClients(Test& test) {
  MemoryClient client(test);
  if (!OffersImport(client)) return;
  using T = CountedTensor;
  const struct {
    const char* what;
    onnxStatus wanted;
    void (*spoil)(T&);
  } kRows[] = {
      {"another device", ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
       [](T& t) { t.managed.tensor.device_type = 0x7000; }},
      {"gaps", ONNXIFI_STATUS_INVALID_SHAPE,
       [](T& t) { t.strides = {7, 1}; }},
      {"a transposed tensor", ONNXIFI_STATUS_INVALID_SHAPE,
       [](T& t) { t.strides = {1, 2}; }},
      {"a tensor that runs backwards", ONNXIFI_STATUS_INVALID_SHAPE,
       [](T& t) { t.strides = {6, -1}; }},
      {"data == NULL", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
       [](T& t) { t.managed.tensor.data = nullptr; }}};
  for (const auto& row : kRows) {
    CountedTensor tensor;
    tensor.managed.tensor.strides = tensor.strides.data();
    row.spoil(tensor);
    tensor.managed.tensor.strides = tensor.strides.data();
    onnxMemory memory = MemoryClient::Untouched();
    const onnxStatus status =
        client.Import(ONNXIFI_EXTERNAL_DLPACK, tensor.address(), 0, &memory);
    CERTIFY_CHECK(test,
                  status == row.wanted ||
                      status == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                  "importMemory returns ", StatusText(status), ", not ",
                  StatusText(row.wanted), ": DLPack, ", row.what);
    CERTIFY_CHECK(test, tensor.deleted == 0,
                  "a refused tensor was deleted: ", row.what);
    CERTIFY_CHECK(test, MemoryClient::IsUntouched(memory),
                  "*memory was changed: ", row.what);
  }
}

void ExportedMemoryIsTheSame(Test& test) {
  MemoryClient client(test);
  if (!client.ready() ||
      !client.client().Offers(client.client().table().exportMemory,
                              "exportMemory")) {
    return;
  }
  const onnxMemory memory = client.New(100);
  CERTIFY_REQUIRE(test, memory.buffer != 0, "no memory");
  std::vector<char> bytes(100, 'e');
  if (!client.reachable() || !client.Write(memory, 0, bytes.data(), 100)) {
    client.client().Unsupported("a client cannot write the memory");
    return;
  }
  onnxPointer external = 0;
  size_t offered = 0;
  onnxStatus status =
      client.Export(ONNXIFI_EXTERNAL_HOST_POINTER, memory, &external);
  if (status != ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE) {
    ++offered;
    CERTIFY_REQUIRE(test, status == ONNXIFI_STATUS_SUCCESS && external != 0,
                    "exportMemory: ", StatusText(status));
    CERTIFY_CHECK(test,
                  std::memcmp(reinterpret_cast<void*>(external), bytes.data(),
                              100) == 0,
                  "the exported host pointer names other bytes");
  }
  external = 0;
  status = client.Export(ONNXIFI_EXTERNAL_DLPACK, memory, &external);
  if (status != ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE) {
    ++offered;
    CERTIFY_REQUIRE(test, status == ONNXIFI_STATUS_SUCCESS && external != 0,
                    "exportMemory: ", StatusText(status));
    auto* const managed = reinterpret_cast<DlManagedTensor*>(external);
    const DlTensor& tensor = managed->tensor;
    CERTIFY_CHECK(test,
                  tensor.rank == 1 && tensor.shape != nullptr &&
                      tensor.shape[0] >= 100 &&
                      tensor.bits * tensor.lanes == 8,
                  "a DLPack tensor that is not 1-D and of bytes");
    if (tensor.device_type == 1) {
      CERTIFY_CHECK(test,
                    std::memcmp(static_cast<const char*>(tensor.data) +
                                    tensor.byte_offset,
                                bytes.data(), 100) == 0,
                    "the exported tensor names other bytes");
    }
    if (managed->deleter != nullptr) managed->deleter(managed);
  }
  if (offered == 0) client.client().Unsupported("it exports nothing to hosts");
  // Its own memory is as it was.
  std::vector<char> after(100, 0);
  if (client.Read(memory, 0, after.data(), 100)) {
    CERTIFY_CHECK(test, after == bytes, "the memory has changed");
  }
}

void ExportRefusesBadArguments(Test& test) {
  MemoryClient client(test);
  if (!client.ready() ||
      !client.client().Offers(client.client().table().exportMemory,
                              "exportMemory")) {
    return;
  }
  const onnxMemory memory = client.New(100);
  onnxPointer external = 4711;
  const auto refused = [&](const char* what, onnxStatus wanted,
                           onnxStatus got) {
    CERTIFY_CHECK(test, got == wanted, "exportMemory returns ",
                  StatusText(got), ", not ", StatusText(wanted), ": ", what);
    CERTIFY_CHECK(test, external == 4711, "*external was changed: ", what);
  };
  constexpr uint32_t kPointer = ONNXIFI_EXTERNAL_HOST_POINTER;
  for (const uint32_t kind : {uint32_t{0}, uint32_t{0x7fffffff}}) {
    refused("an unknown kind", ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
            client.Export(kind, memory, &external));
  }
  for (const NoHandle& none : NoHandles()) {
    if (none.value == nullptr) continue;
    refused(none.what, ONNXIFI_STATUS_INVALID_BACKEND,
            client.Export(kPointer, memory, &external, none.value));
  }
  refused("external == NULL", ONNXIFI_STATUS_INVALID_POINTER,
          client.Export(kPointer, memory, nullptr));
  onnxMemory inside = memory;
  inside.buffer += 1;
  const onnxStatus status = client.Export(kPointer, inside, &external);
  refused("an address inside",
          status == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE
              ? status
              : ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
          status);
}

}  // namespace

void AddMemoryExchangeTests(TestList* list) {
  const std::string at = "interface/memory/";
  list->profile = Profile::kMemory;
  list->Add(at + "host_pointers", {"R-ext-47", "R-ext-46"},
            &HostPointersAreUsedInPlace);
  list->Add(at + "import_bad_arguments", {"R-ext-47"},
            &ImportRefusesBadArguments);
  list->Add(at + "dlpack_is_taken_over", {"R-ext-47"}, &DlpackIsTakenOver);
  list->Add(at + "refused_dlpack", {"R-ext-47"}, &RefusedDlpackStaysTheClients);
  list->Add(at + "exported_memory", {"R-ext-48"}, &ExportedMemoryIsTheSame);
  list->Add(at + "export_bad_arguments", {"R-ext-48"},
            &ExportRefusesBadArguments);
}

}  // namespace onnxifi::conformance
