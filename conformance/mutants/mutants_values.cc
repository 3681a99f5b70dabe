// Mutants of interface 1.1: runValues.
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "conformance/mutants/interface_mutant.h"

namespace onnxifi::mutants {
namespace {

using T = onnxPluginInterface;

// Of one call: what the client gave, and outputs that are held back.
struct Call {
  const onnxRunValuesArguments* client;
  uint32_t received = 0;
};
onnxStatus Give(const Call& call, uint32_t index, const onnxValue* value) {
  return call.client->receive(call.client->receiveContext, index, value);
}

using OnValue = onnxStatus (*)(Call& call, uint32_t index,
                               const onnxValue* value);

template <OnValue kHow>
onnxStatus ONNXIFI_ABI Receive(void* context, uint32_t index,
                               const onnxValue* value) {
  return kHow(*static_cast<Call*>(context), index, value);
}

template <OnValue kHow>
onnxStatus ONNXIFI_ABI Values(const onnxRunValuesArguments* arguments) {
  if (!Whole(arguments) || arguments->receive == nullptr) {
    return BaseTable().runValues(arguments);
  }
  Call call = {arguments};
  onnxRunValuesArguments changed = *arguments;
  changed.receive = &Receive<kHow>;
  changed.receiveContext = &call;
  return BaseTable().runValues(&changed);
}

onnxStatus GivesTwice(Call& call, uint32_t index, const onnxValue* value) {
  const onnxStatus status = Give(call, index, value);
  return status != ONNXIFI_STATUS_SUCCESS ? status : Give(call, index, value);
}
onnxStatus GivesFirst(Call& call, uint32_t index, const onnxValue* value) {
  return index > 0 ? ONNXIFI_STATUS_SUCCESS : Give(call, index, value);
}
onnxStatus GivesNone(Call&, uint32_t, const onnxValue*) {
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus OtherIndex(Call& call, uint32_t index, const onnxValue* value) {
  return Give(call, index + 1, value);
}
onnxStatus IgnoresReceiver(Call& call, uint32_t index, const onnxValue* value) {
  Ignore(Give(call, index, value));
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus OtherThread(Call& call, uint32_t index, const onnxValue* value) {
  onnxStatus status = 0;
  std::thread([&] { status = Give(call, index, value); }).join();
  return status;
}
onnxStatus NoName(Call& call, uint32_t index, const onnxValue* value) {
  onnxValue changed = *value;
  changed.name = nullptr;
  return Give(call, index, &changed);
}
onnxStatus NoSize(Call& call, uint32_t index, const onnxValue* value) {
  onnxValue changed = *value;
  changed.structSize = 0;
  return Give(call, index, &changed);
}
onnxStatus ShortData(Call& call, uint32_t index, const onnxValue* value) {
  onnxValue changed = *value;
  if (changed.dataSize > 0) --changed.dataSize;
  return Give(call, index, &changed);
}
// Types of which several elements are in one byte.
onnxStatus PackedChanged(Call& call, uint32_t index, const onnxValue* value) {
  const auto type = static_cast<graph::DataType>(value->dataType);
  const bool packed =
      type == graph::DataType::kInt4 || type == graph::DataType::kUint4 ||
      type == graph::DataType::kInt2 || type == graph::DataType::kUint2 ||
      type == graph::DataType::kFloat4E2M1;
  if (!packed || value->kind != ONNXIFI_VALUE_KIND_TENSOR ||
      value->dataSize == 0) {
    return Give(call, index, value);
  }
  const auto* const from = static_cast<const char*>(value->data);
  std::vector<char> bytes(from, from + value->dataSize);
  bytes[0] ^= 1;
  onnxValue changed = *value;
  changed.data = bytes.data();
  return Give(call, index, &changed);
}
onnxStatus FlatShape(Call& call, uint32_t index, const onnxValue* value) {
  if (value->kind != ONNXIFI_VALUE_KIND_TENSOR || value->dimensions < 2) {
    return Give(call, index, value);
  }
  uint64_t count = 1;
  for (uint32_t d = 0; d < value->dimensions; ++d) count *= value->shape[d];
  onnxValue changed = *value;
  changed.dimensions = 1;
  changed.shape = &count;
  return Give(call, index, &changed);
}
onnxStatus TensorOfOptional(Call& call, uint32_t index,
                            const onnxValue* value) {
  if (value->kind != ONNXIFI_VALUE_KIND_OPTIONAL || value->elementCount == 0) {
    return Give(call, index, value);
  }
  onnxValue inner = value->elements[0];
  inner.name = value->name;
  return Give(call, index, &inner);
}
onnxStatus ShortSequence(Call& call, uint32_t index, const onnxValue* value) {
  onnxValue changed = *value;
  if (changed.kind == ONNXIFI_VALUE_KIND_SEQUENCE && changed.elementCount > 1) {
    --changed.elementCount;
  }
  return Give(call, index, &changed);
}
onnxStatus ReversedSequence(Call& call, uint32_t index,
                            const onnxValue* value) {
  if (value->kind != ONNXIFI_VALUE_KIND_SEQUENCE || value->elementCount < 2) {
    return Give(call, index, value);
  }
  const std::vector<onnxValue> turned(
      std::reverse_iterator(value->elements + value->elementCount),
      std::reverse_iterator(value->elements));
  onnxValue changed = *value;
  changed.elements = turned.data();
  return Give(call, index, &changed);
}
// Strings end at a NUL, as those of C do, or lose their last character.
template <bool kAtNul>
onnxStatus CutStrings(Call& call, uint32_t index, const onnxValue* value) {
  if (value->kind != ONNXIFI_VALUE_KIND_TENSOR || value->dataType != 8) {
    return Give(call, index, value);
  }
  const auto* strings = static_cast<const onnxStringView*>(value->data);
  std::vector<onnxStringView> cut(
      strings, strings + value->dataSize / sizeof(onnxStringView));
  for (onnxStringView& string : cut) {
    if (kAtNul) {
      string.size =
          string.data == nullptr ? 0 : strnlen(string.data, string.size);
    } else if (string.size > 0) {
      --string.size;
    }
  }
  onnxValue changed = *value;
  changed.data = cut.data();
  return Give(call, index, &changed);
}

// The memory that the client gives is used, and the result is elsewhere.
onnxStatus ElsewhereThanAllocated(Call& call, uint32_t index,
                                  const onnxValue* value) {
  if (call.client->allocate == nullptr || value->dataSize == 0) {
    return Give(call, index, value);
  }
  const std::string copy(static_cast<const char*>(value->data),
                         value->dataSize);
  onnxValue changed = *value;
  changed.data = copy.data();
  return Give(call, index, &changed);
}

void NoAllocate(onnxRunValuesArguments& run) { run.allocate = nullptr; }
void NoDeadline(onnxRunValuesArguments& run) { run.deadlineNs = 0; }
void NoCancelling(onnxRunValuesArguments& run) { run.cancelEvent = nullptr; }
void NoProfile(onnxRunValuesArguments& run) { run.profile = nullptr; }
void NextIgnored(onnxRunValuesArguments& run) { run.next = nullptr; }

// Inputs are taken in their order, and names are not looked at.
onnxStatus ONNXIFI_ABI UnknownDropped(const onnxRunValuesArguments* arguments) {
  const onnxStatus status = BaseTable().runValues(arguments);
  if (status != ONNXIFI_STATUS_INVALID_NAME || arguments->inputsCount < 2) {
    return status;
  }
  // The last one is what nobody knows, or there twice.
  onnxRunValuesArguments changed = *arguments;
  --changed.inputsCount;
  return BaseTable().runValues(&changed);
}

// All outputs come in one go when the run is over, the last one first.
struct Kept {
  uint32_t index;
  onnxValue value;
  std::string name;
  std::vector<uint64_t> shape;
  std::string data;
};
struct Backwards {
  const onnxRunValuesArguments* client;
  std::vector<Kept> kept;
};
onnxStatus ONNXIFI_ABI Collect(void* context, uint32_t index,
                               const onnxValue* value) {
  auto& all = *static_cast<Backwards*>(context);
  // What cannot be kept with ease goes on in order.
  if (value->kind != ONNXIFI_VALUE_KIND_TENSOR || value->dataType == 8) {
    return all.client->receive(all.client->receiveContext, index, value);
  }
  Kept kept = {
      index, *value, value->name == nullptr ? "" : value->name, {}, {}};
  kept.shape.assign(value->shape, value->shape + value->dimensions);
  if (value->dataSize > 0) {
    kept.data.assign(static_cast<const char*>(value->data), value->dataSize);
  }
  all.kept.push_back(std::move(kept));
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus ONNXIFI_ABI LastFirst(const onnxRunValuesArguments* arguments) {
  if (!Whole(arguments) || arguments->receive == nullptr ||
      arguments->allocate != nullptr) {
    return BaseTable().runValues(arguments);
  }
  Backwards all = {arguments, {}};
  onnxRunValuesArguments changed = *arguments;
  changed.receive = &Collect;
  changed.receiveContext = &all;
  onnxStatus status = BaseTable().runValues(&changed);
  for (size_t i = all.kept.size(); i > 0 && status == ONNXIFI_STATUS_SUCCESS;
       --i) {
    Kept& kept = all.kept[i - 1];
    kept.value.name = kept.name.c_str();
    kept.value.shape = kept.shape.data();
    kept.value.data = kept.data.data();
    status =
        arguments->receive(arguments->receiveContext, kept.index, &kept.value);
  }
  return status;
}

#define VALUES(how) &Replace<&T::runValues, &Values<how>>
#define SWAP(from, to) \
  &SwapStatus<&T::runValues, ONNXIFI_STATUS_##from, ONNXIFI_STATUS_##to>

constexpr TableRow kRows[] = {
    {"values_twice", VALUES(&GivesTwice), "outputs are received twice"},
    {"values_first_only", VALUES(&GivesFirst),
     "only the first output is received"},
    {"values_none", VALUES(&GivesNone), "runValues succeeds without outputs"},
    {"values_last_first", &Replace<&T::runValues, &LastFirst>,
     "outputs are received in reverse order"},
    {"values_other_index", VALUES(&OtherIndex), "indices begin with 1"},
    {"values_ignores_receiver", VALUES(&IgnoresReceiver),
     "runValues succeeds when the receiver refuses"},
    {"values_other_thread", VALUES(&OtherThread),
     "outputs are received on another thread"},
    {"values_no_name", VALUES(&NoName), "outputs have no names"},
    {"values_no_size", VALUES(&NoSize), "outputs have no structSize"},
    {"values_short_data", VALUES(&ShortData), "dataSize is one too small"},
    {"values_packed_changed", VALUES(&PackedChanged),
     "a bit of each output of 2 or 4 bits an element flips"},
    {"values_flat", VALUES(&FlatShape), "outputs are 1-D"},
    {"values_optional_unwrapped", VALUES(&TensorOfOptional),
     "an optional output arrives as what is in it"},
    {"values_short_sequence", VALUES(&ShortSequence),
     "the last element of a sequence is missing"},
    {"values_reversed_sequence", VALUES(&ReversedSequence),
     "sequences come in reverse order"},
    {"values_strings_end_at_nul", VALUES(&CutStrings<true>),
     "strings end at a NUL"},
    {"values_short_strings", VALUES(&CutStrings<false>),
     "strings lose their last character"},
    {"values_not_in_allocated", VALUES(&ElsewhereThanAllocated),
     "an output is not received where it was allocated"},
    {"values_ignore_allocate", &Before<&T::runValues, &NoAllocate>,
     "outputs are not made in the client's memory"},
    {"values_ignore_deadline", &Before<&T::runValues, &NoDeadline>,
     "runValues has no deadline"},
    {"values_ignore_cancel", &Before<&T::runValues, &NoCancelling>,
     "runValues is not cancelled"},
    {"values_no_profile", &Before<&T::runValues, &NoProfile>,
     "there is no profile of runValues"},
    {"values_next", &Before<&T::runValues, &NextIgnored>,
     "runValues ignores a chain of extensions"},
    {"values_unknown_input", &Replace<&T::runValues, &UnknownDropped>,
     "an input that nobody knows is ignored"},
    {"values_stale_graph", SWAP(INVALID_GRAPH, SUCCESS),
     "runValues accepts a graph that is not live"},
    {"values_missing_input", SWAP(UNIDENTIFIED_NAME, SUCCESS),
     "an input that is missing is no error"},
    {"values_other_type", SWAP(MISMATCHING_DATATYPE, SUCCESS),
     "an input of another type is no error"},
    {"values_wrong_size", SWAP(INVALID_SIZE, SUCCESS),
     "a size that does not fit is no error"},
};

}  // namespace

void AddValueMutants(std::vector<MutantInfo>* list) {
  AddTableRows(kRows, list);
}

}  // namespace onnxifi::mutants
