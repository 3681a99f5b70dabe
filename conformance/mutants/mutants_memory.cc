// Mutants of interface 1.1: memory, and graphs that are exported.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "conformance/mutants/interface_mutant.h"

namespace onnxifi::mutants {
namespace {

using T = onnxPluginInterface;

// ---- Memory ----

void Smaller(const onnxAllocateMemoryArguments& from) {
  from.memory->size = from.size / 2;
}
void OtherType(const onnxAllocateMemoryArguments& from) {
  from.memory->memoryType = ONNXIFI_MEMORY_TYPE_CUDA_BUFFER;
}
void FlagAlone(const onnxAllocateMemoryArguments& from) {
  from.memory->flags |= ONNXIFI_MEMORY_HOST_VISIBLE;
  from.memory->hostPointer = nullptr;
}
void PointerAlone(const onnxAllocateMemoryArguments& from) {
  from.memory->flags &= ~uint32_t{ONNXIFI_MEMORY_HOST_VISIBLE};
  from.memory->hostPointer = from.memory;
}
void AnyFlags(onnxAllocateMemoryArguments& from) {
  from.flags &= ONNXIFI_MEMORY_HOST_VISIBLE;
}
void NoAlignment(onnxAllocateMemoryArguments& from) { from.alignment = 0; }
void AnyAllocation(onnxAllocateMemoryArguments& from) {
  if (from.size == 0) from.size = 1;
}
// The buffer begins in the middle of its alignment.
onnxStatus ONNXIFI_ABI Unaligned(const onnxAllocateMemoryArguments* from) {
  if (!Whole(from) || from->alignment < 2) {
    return BaseTable().allocateMemory(from);
  }
  onnxAllocateMemoryArguments larger = *from;
  larger.size += from->alignment;
  const onnxStatus status = BaseTable().allocateMemory(&larger);
  if (status == ONNXIFI_STATUS_SUCCESS) {
    from->memory->buffer += from->alignment / 2;
    from->memory->size = from->size;
    if (from->memory->hostPointer != nullptr) {
      from->memory->hostPointer =
          static_cast<char*>(from->memory->hostPointer) + from->alignment / 2;
    }
  }
  return status;
}

onnxStatus ONNXIFI_ABI FreesNothing(const onnxFreeMemoryArguments* from) {
  if (!Whole(from)) return BaseTable().freeMemory(from);
  onnxMemoryCopy copy = {from->memoryType, from->buffer, from->memoryType,
                         from->buffer, 1};
  onnxCopyMemoryArguments probe = {};
  probe.structSize = sizeof(probe);
  probe.backend = from->backend;
  probe.copies = &copy;
  probe.copiesCount = 1;
  return BaseTable().copyMemory(&probe);
}

// ---- Copies ----

void FirstCopy(onnxCopyMemoryArguments& from) {
  if (from.copiesCount > 1) from.copiesCount = 1;
}
void CopiesAtOnce(onnxCopyMemoryArguments& from) { from.waitCount = 0; }

template <auto kChange>
onnxStatus ONNXIFI_ABI EachCopy(const onnxCopyMemoryArguments* from) {
  if (!Whole(from) || from->copies == nullptr) {
    return BaseTable().copyMemory(from);
  }
  std::vector<onnxMemoryCopy> copies(from->copies,
                                     from->copies + from->copiesCount);
  kChange(copies);
  onnxCopyMemoryArguments changed = *from;
  changed.copies = copies.data();
  return BaseTable().copyMemory(&changed);
}
void LastByteMissing(std::vector<onnxMemoryCopy>& copies) {
  for (onnxMemoryCopy& copy : copies) {
    if (copy.size > 1) --copy.size;
  }
}
void LastFirst(std::vector<onnxMemoryCopy>& copies) {
  std::reverse(copies.begin(), copies.end());
}

void ClaimsDirect(const onnxQueryCopyArguments& from) {
  from.support->support = ONNXIFI_COPY_DIRECT;
}
void ClaimsNone(const onnxQueryCopyArguments& from) {
  from.support->support = ONNXIFI_COPY_NONE;
}
void Changes(const onnxQueryCopyArguments& from) {
  static std::atomic<int64_t> calls = 0;
  from.support->latencyNs = ++calls;
}

// ---- Import and export ----

// Copies what it should use in place, and never writes it back.
onnxStatus ONNXIFI_ABI ImportsCopy(const onnxImportMemoryArguments* from) {
  if (!Whole(from) || from->kind != ONNXIFI_EXTERNAL_HOST_POINTER ||
      from->external == 0 || from->size == 0) {
    return BaseTable().importMemory(from);
  }
  onnxImportMemoryArguments changed = *from;
  // Stays for ever: nobody knows when it is freed.
  char* const copy = new char[from->size];
  std::memcpy(copy, reinterpret_cast<const void*>(from->external), from->size);
  changed.external = reinterpret_cast<onnxPointer>(copy);
  return BaseTable().importMemory(&changed);
}
void ExportsOther(const onnxExportMemoryArguments& from) {
  if (from.kind == ONNXIFI_EXTERNAL_HOST_POINTER) {
    static char other[1 << 16];
    *from.external = reinterpret_cast<onnxPointer>(other);
  }
}

// ---- Exported graphs ----

onnxStatus ONNXIFI_ABI ExportsNothing(const onnxExportGraphArguments* from) {
  if (!Whole(from) || from->receive == nullptr) {
    return BaseTable().exportGraph(from);
  }
  onnxExportGraphArguments changed = *from;
  changed.receive = [](void*, const void*, size_t) -> onnxStatus {
    return ONNXIFI_STATUS_SUCCESS;
  };
  return BaseTable().exportGraph(&changed);
}
void AllUsable(const onnxCheckExportedArguments& from) {
  *from.verdict = ONNXIFI_EXPORTED_OPTIMAL;
}
void NoneUsable(const onnxCheckExportedArguments& from) {
  *from.verdict = ONNXIFI_EXPORTED_UNUSABLE;
}
onnxStatus ONNXIFI_ABI StaleImport(const onnxImportGraphArguments* from) {
  const bool readable = Whole(from) && from->graph != nullptr;
  const onnxGraph before = readable ? *from->graph : nullptr;
  const onnxStatus status = BaseTable().importGraph(from);
  if (readable && status != ONNXIFI_STATUS_SUCCESS) *from->graph = before;
  return status;
}

#define SWAP(member, from, to) \
  &SwapStatus<&T::member, ONNXIFI_STATUS_##from, ONNXIFI_STATUS_##to>

constexpr TableRow kRows[] = {
    {"memory_smaller", &After<&T::allocateMemory, &Smaller>,
     "memory has half the size that was asked for"},
    {"memory_other_type", &After<&T::allocateMemory, &OtherType>,
     "memory is of a type that the backend does not take"},
    {"memory_visible_nowhere", &After<&T::allocateMemory, &FlagAlone>,
     "memory is visible to the host, at NULL"},
    {"memory_not_visible_somewhere", &After<&T::allocateMemory, &PointerAlone>,
     "memory that is not visible to the host has a pointer"},
    {"memory_any_flags", &Before<&T::allocateMemory, &AnyFlags>,
     "unknown flags of memory are ignored"},
    {"memory_any_alignment", &Before<&T::allocateMemory, &NoAlignment>,
     "an alignment that is no power of two is accepted"},
    {"memory_of_no_bytes", &Before<&T::allocateMemory, &AnyAllocation>,
     "memory of no bytes is given"},
    {"memory_unaligned", &Replace<&T::allocateMemory, &Unaligned>,
     "memory is not aligned as it was asked for"},
    {"free_frees_nothing", &Replace<&T::freeMemory, &FreesNothing>,
     "memory that was freed is still there"},
    {"free_stale", SWAP(freeMemory, INVALID_MEMORY_LOCATION, SUCCESS),
     "memory that is not live is freed"},
    {"copy_first_only", &Before<&T::copyMemory, &FirstCopy>,
     "only the first copy of a batch is made"},
    {"copy_lacks_last_byte",
     &Replace<&T::copyMemory, &EachCopy<&LastByteMissing>>,
     "the last byte of a copy is missing"},
    {"copy_last_first", &Replace<&T::copyMemory, &EachCopy<&LastFirst>>,
     "copies are made in reverse order"},
    {"copy_ignores_events", &Before<&T::copyMemory, &CopiesAtOnce>,
     "copies do not wait for their events"},
    {"copy_out_of_bounds", SWAP(copyMemory, INVALID_MEMORY_LOCATION, SUCCESS),
     "a copy beyond a memory is accepted"},
    {"copy_stale_event", SWAP(copyMemory, INVALID_EVENT, SUCCESS),
     "a copy accepts an event that is not live"},
    {"query_copy_claims", &After<&T::queryCopy, &ClaimsDirect>,
     "copies between any types are claimed"},
    {"query_copy_denies", &After<&T::queryCopy, &ClaimsNone>,
     "copies that work are denied"},
    {"query_copy_changes", &After<&T::queryCopy, &Changes>,
     "the answer about copies changes"},
    {"query_copy_unknown_type", SWAP(queryCopy, INVALID_MEMORY_TYPE, SUCCESS),
     "an unknown type of memory is accepted"},
    {"import_copies", &Replace<&T::importMemory, &ImportsCopy>,
     "imported memory is a copy"},
    {"import_unknown_kind", SWAP(importMemory, INVALID_MEMORY_TYPE, SUCCESS),
     "an unknown kind of memory is imported"},
    {"export_other_memory", &After<&T::exportMemory, &ExportsOther>,
     "exported memory is another"},
    {"export_nothing", &Replace<&T::exportGraph, &ExportsNothing>,
     "exportGraph succeeds without bytes"},
    {"export_of_any_graph", SWAP(exportGraph, INVALID_STATE, SUCCESS),
     "a graph that cannot be exported succeeds"},
    {"exported_all_usable", &After<&T::checkExported, &AllUsable>,
     "damaged bytes count as a graph"},
    {"exported_none_usable", &After<&T::checkExported, &NoneUsable>,
     "what it exports counts as damaged"},
    {"import_damaged", SWAP(importGraph, INVALID_MODEL, SUCCESS),
     "importing damaged bytes succeeds"},
    {"import_stale_on_error", &Replace<&T::importGraph, &StaleImport>,
     "a failing importGraph does not store NULL"},
};

}  // namespace

void AddMemoryMutants(std::vector<MutantInfo>* list) {
  AddTableRows(kRows, list);
}

}  // namespace onnxifi::mutants
